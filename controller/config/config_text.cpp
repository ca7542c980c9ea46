#include "controller/config/config_text.h"

#include <fmt/format.h>

namespace cutover {
namespace {

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string comment(const std::string& text) {
  std::string out = "# ";
  for (const char c : text) {
    out += c;
    if (c == '\n') out += "# ";
  }
  return out + "\n";
}

std::string database_text(const InitFacts& facts) {
  auto text = fmt::format(
      "[[database]]                              # one or more; all move in one pause\n"
      "name  = {}\n"
      "blue  = {}    # from the jumpbox; passwords come from ~/.pgpass\n"
      "green = {}\n"
      "# replicate_from = \"\"                   # as green reaches blue, with its user; default: "
      "blue\n"
      "# replicate_back = \"\"                   # as blue reaches green; default: green\n"
      "publication = {}\nslot = {}\nsubscription = {}\n",
      quoted(facts.name), quoted(facts.blue), quoted(facts.green), quoted(facts.publication),
      quoted(facts.slot), quoted(facts.subscription));
  if (facts.blue_route.empty())
    return text +
           "# [[database.route]]                     # what entries hold now and will hold; "
           "default: "
           "host and port above\n"
           "# blue  = \"host= port=5432\"\n# green = \"host= port=5432\"\n";
  return text + fmt::format(
                    "[[database.route]]                       # what entries hold now and "
                    "will hold\nblue  = {}\ngreen = {}\n",
                    quoted(facts.blue_route), quoted(facts.green_route));
}

std::string bouncer_text(const InitBouncer& bouncer) {
  auto text = fmt::format(
      "\n[[bouncer]]                               # one agent, with all "
      "PgBouncer processes of its host\nname  = {}\nagent = {}\n",
      quoted(bouncer.name), quoted(bouncer.agent));
  if (!bouncer.identity.empty()) text += "identity = " + quoted(bouncer.identity) + "\n";
  std::string entries;
  for (const auto& [entry, database] : bouncer.entries)
    entries += (entries.empty() ? " " : ", ") + quoted(entry) + " = " + quoted(database);
  text += bouncer.entries.empty()
              ? "# entries = {}                           # default: every entry that holds a blue "
                "route\n"
              : "entries = {" + entries + " }\n";
  std::string others;
  for (const auto& other : bouncer.others) others += (others.empty() ? "" : ", ") + other;
  if (!others.empty()) text += comment("found too, and left where they are: " + others);
  return text;
}

constexpr const char* the_rest = R"(
[limits]
# lag_to_start = "1MiB"
# drain_timeout = "2s"                    # clients stall at most this long in each attempt
# pause_budget = "5s"                     # past it, before the first switch: undo and resume on blue
# attempts = 10
# lease = "3s"                            # how long a pause lives without word from here

[way_back]
# enabled = true

[checks]
# waive = []
# minimum_rows = {}

[metrics]
# listen = "127.0.0.1:19187"

[hooks]                                   # argv arrays
# before_pause = []
# after_decision = []
)";

}  // namespace

std::string config_text(const InitFacts& facts) {
  std::string text =
      "# cutover.toml, written by `cutover init`. Every key: docs/configuration.md.\n";
  for (const auto& note : facts.notes) text += comment("not found out: " + note);
  text += fmt::format("\n[run]\nstate_dir = {}            # journal and reports\n\n",
                      quoted(facts.state_dir));
  text += database_text(facts);
  for (const auto& bouncer : facts.bouncers) text += bouncer_text(bouncer);
  return text + the_rest;
}

}  // namespace cutover
