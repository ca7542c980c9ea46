#include "tests/support/rig/rig_config.h"

#include <cctype>

#include "tests/support/conninfo_value.h"

namespace cutover::support {
namespace {

std::string in_quotes(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '\\' || c == '"') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

/// As the text of a TOML file.
std::string conninfo_of(const RigFacts& facts, std::uint16_t port, const std::string& database) {
  return in_quotes("host=127.0.0.1 port=" + std::to_string(port) + " dbname=" +
                   conninfo_value(database) + " user=" + conninfo_value(facts.options.user));
}

/// What PostgreSQL takes for the name of a slot.
std::string slot_name(std::string name) {
  for (char& c : name) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_legal = std::islower(byte) != 0 || std::isdigit(byte) != 0;
    if (!is_legal) c = '_';
  }
  return name;
}

std::vector<std::string> names_of(const RigOptions& options, const std::string& database) {
  std::vector<std::string> names;
  for (int number = 0; number < options.subscriptions; ++number)
    names.push_back(replication_name(options, database, number));
  return names;
}

/// One text, or a list of them.
std::string names_text(const std::vector<std::string>& names) {
  if (names.size() == 1) return in_quotes(names[0]);
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "[" : ", ") + in_quotes(name);
  return list + "]";
}

/// What servers and bouncers use where the controller's way is not theirs.
std::string direct_ways(const RigFacts& facts, const std::string& database) {
  if (facts.blue_through == 0) return "";
  return "replicate_from = " + conninfo_of(facts, facts.blue_port, database) +
         "\nreplicate_back = " + conninfo_of(facts, facts.green_port, database) +
         "\n[[database.route]]\nblue = \"host=127.0.0.1 port=" + std::to_string(facts.blue_port) +
         "\"\ngreen = \"host=127.0.0.1 port=" + std::to_string(facts.green_port) + "\"\n";
}

std::string database_table(const RigFacts& facts, const std::string& database) {
  const auto names = names_of(facts.options, database);
  std::vector<std::string> slots;
  for (const std::string& name : names) slots.push_back(slot_name(name));
  const auto blue = facts.blue_through == 0 ? facts.blue_port : facts.blue_through;
  const auto green = facts.green_through == 0 ? facts.green_port : facts.green_through;
  return "[[database]]\nname = " + in_quotes(database) +
         "\nblue = " + conninfo_of(facts, blue, database) +
         "\ngreen = " + conninfo_of(facts, green, database) +
         "\npublication = " + names_text(names) + "\nslot = " + names_text(slots) +
         "\nsubscription = " + names_text(names) + "\n" + direct_ways(facts, database) + "\n";
}

std::string bouncer_table(const RigFacts& facts, std::size_t host) {
  return "[[bouncer]]\nname = \"bouncer-" + std::to_string(host + 1) + "\"\n" +
         facts.bouncer_lines[host] + facts.options.bouncer_lines + "\n";
}

}  // namespace

std::string replication_name(const RigOptions& options, const std::string& database, int number) {
  std::string name = options.replication;
  if (options.databases.size() > 1) name += "_" + database;
  if (options.subscriptions > 1) name += "_" + std::to_string(number + 1);
  return name;
}

std::string rig_config(const RigFacts& facts) {
  std::string text = "[run]\nstate_dir = \"" + facts.state_directory + "\"\n\n";
  for (const std::string& database : facts.options.databases)
    text += database_table(facts, database);
  for (std::size_t host = 0; host < facts.bouncer_lines.size(); ++host)
    text += bouncer_table(facts, host);
  if (!facts.options.limits.empty()) text += "[limits]\n" + facts.options.limits + "\n";
  return text + facts.options.more_config;
}

}  // namespace cutover::support
