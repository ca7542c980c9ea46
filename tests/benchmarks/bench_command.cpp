#include "tests/benchmarks/bench_command.h"

#include <fstream>
#include <map>
#include <stdexcept>

namespace cutover::bench {

void BenchFiles::declare(CLI::App& app) {
  app.add_option("--out", out, "directory for CSV and SVG");
  app.add_option("--name", name, "of these files");
}

void BenchFiles::write(const std::string& ending, const std::string& text) const {
  if (out.empty()) return;
  const auto path = std::filesystem::path(out) / (name + ending);
  std::ofstream file(path);
  file << text;
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

void declare_fleet(CLI::App& app, support::RigOptions& fleet) {
  using support::Reach;
  static const std::map<std::string, Reach> reaches{
      {"unix", Reach::unix_socket}, {"libssh2", Reach::libssh2}, {"openssh", Reach::openssh}};
  fleet.schema = {.tables = 300, .sequences = 300};
  fleet.reach = Reach::libssh2;
  app.add_option("--blue", fleet.blue_major, "PostgreSQL major of blue");
  app.add_option("--green", fleet.green_major, "PostgreSQL major of green");
  app.add_option("--bouncers", fleet.hosts, "hosts with a PgBouncer and an agent each");
  app.add_option("--tables", fleet.schema.tables, "tables of the load's schema");
  app.add_option("--sequences", fleet.schema.sequences, "sequences of the load's schema");
  app.add_option("--subscriptions", fleet.subscriptions, "parallel subscriptions");
  app.add_option("--reach", fleet.reach, "how the controller reaches agents")
      ->transform(CLI::CheckedTransformer(reaches));
}

support::RigOptions::Pairs pairs_of(const std::vector<std::string>& texts) {
  support::RigOptions::Pairs pairs;
  for (const auto& text : texts) {
    const auto sign = text.find('=');
    if (sign == std::string::npos) throw std::runtime_error("not NAME=VALUE: " + text);
    pairs.emplace_back(text.substr(0, sign), text.substr(sign + 1));
  }
  return pairs;
}

}  // namespace cutover::bench
