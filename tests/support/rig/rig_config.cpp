#include "tests/support/rig/rig_config.h"

namespace cutover::support {
namespace {

std::string conninfo_of(std::uint16_t port, const std::string& database) {
  return "host=127.0.0.1 port=" + std::to_string(port) + " dbname=" + database + " user=postgres";
}

std::string names_of(const RigOptions& options, const std::string& database) {
  if (options.subscriptions == 1) return "\"" + replication_name(options, database, 0) + "\"";
  std::string list;
  for (int number = 0; number < options.subscriptions; ++number)
    list += (number == 0 ? "[\"" : ", \"") + replication_name(options, database, number) + "\"";
  return list + "]";
}

/// What servers and bouncers use where the controller's way is not theirs.
std::string direct_ways(const RigFacts& facts, const std::string& database) {
  if (facts.blue_through == 0) return "";
  return "replicate_from = \"" + conninfo_of(facts.blue_port, database) +
         "\"\nreplicate_back = \"" + conninfo_of(facts.green_port, database) +
         "\"\n[[database.route]]\nblue = \"host=127.0.0.1 port=" + std::to_string(facts.blue_port) +
         "\"\ngreen = \"host=127.0.0.1 port=" + std::to_string(facts.green_port) + "\"\n";
}

std::string database_table(const RigFacts& facts, const std::string& database) {
  const std::string names = names_of(facts.options, database);
  const auto blue = facts.blue_through == 0 ? facts.blue_port : facts.blue_through;
  const auto green = facts.green_through == 0 ? facts.green_port : facts.green_through;
  return "[[database]]\nname = \"" + database + "\"\nblue = \"" + conninfo_of(blue, database) +
         "\"\ngreen = \"" + conninfo_of(green, database) + "\"\npublication = " + names +
         "\nslot = " + names + "\nsubscription = " + names + "\n" + direct_ways(facts, database) +
         "\n";
}

std::string bouncer_table(const RigFacts& facts, std::size_t host) {
  return "[[bouncer]]\nname = \"bouncer-" + std::to_string(host + 1) + "\"\n" +
         facts.bouncer_lines[host] + facts.options.bouncer_lines + "\n";
}

}  // namespace

std::string replication_name(const RigOptions& options, const std::string& database, int number) {
  std::string name = "cutover";
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
