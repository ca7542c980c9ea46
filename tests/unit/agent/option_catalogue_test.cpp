// The parser, the catalogue and docs/agent.md name the same keys.
#include "agent/option_catalogue.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "agent/config.h"

namespace cutover::agent {
namespace {

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(AgentOptions, EveryKeyOfTheCatalogueIsInTheDocumentation) {
  const auto document = text_of(CUTOVER_DOCS "/agent.md");
  for (const auto& option : option_catalogue())
    EXPECT_NE(document.find("`" + option.name + "`"), std::string::npos) << option.name;
}

TEST(AgentOptions, AFileOfAllKeysIsAccepted) {
  std::string text;
  std::string table;
  for (const auto& option : option_catalogue()) {
    const auto dot = option.name.find('.');
    const auto its_table = option.name.substr(0, dot);
    if (its_table != table) {
      table = its_table;
      text += table == "pgbouncer" ? "[[pgbouncer]]\n" : "[" + table + "]\n";
    }
    const auto key = option.name.substr(dot + 1);
    const std::string given = key == "admin" ? "\"host=/run dbname=pgbouncer\""
                              : key == "ini" ? "\"/etc/pgbouncer/pgbouncer.ini\""
                                             : "\"main\"";
    text +=
        key + " = " + (option.default_value == "required" ? given : option.default_value) + "\n";
  }
  const auto config = parse_config(text, "agent.toml");
  EXPECT_TRUE(config.has_value()) << to_text(config.error()) << "\n" << text;
}

TEST(AgentOptions, AKeyThatIsNotInTheCatalogueIsRefused) {
  const auto config = parse_config("[agent]\nsokket = \"/x\"\n", "agent.toml");
  EXPECT_TRUE(config.has_error());
}

}  // namespace
}  // namespace cutover::agent
