// The parser, the catalogue and docs/configuration.md name the same keys.
#include "controller/config/option_catalogue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "controller/config/config.h"
#include "controller/config/sections.h"
#include "tests/unit/config/sample.h"

namespace cutover {
namespace {

std::string documentation() {
  std::ifstream file(CUTOVER_DOCS "/configuration.md");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(OptionCatalogue, HoldsExactlyTheKeysThatTheParserAsksFor) {
  const TomlFile file(sample_config, "cutover.toml");
  read_config(file);
  std::set<TomlKey> catalogue;
  for (const auto& option : option_catalogue()) catalogue.insert({option.name, option.type});
  const auto asked = file.keys_asked();
  EXPECT_EQ(catalogue, std::set<TomlKey>(asked.begin(), asked.end()));
}

TEST(OptionCatalogue, TheSampleGivesEveryKey) {
  for (const auto& option : option_catalogue()) {
    const auto key = option.name.substr(option.name.rfind('.') + 1);
    EXPECT_NE(sample_config.find(key + " "), std::string::npos) << option.name;
  }
}

/// Keys of tables that may stand in a file by themselves.
bool is_alone(const OptionDoc& option) {
  const auto table = option.name.substr(0, option.name.find('.'));
  const bool is_nested = std::count(option.name.begin(), option.name.end(), '.') > 1;
  return table != "database" && table != "bouncer" && !is_nested;
}

TEST(OptionCatalogue, GivingADefaultChangesNothing) {
  const auto bare = parse_config(small_config, "cutover.toml").value();
  for (const auto& option : option_catalogue()) {
    if (!is_alone(option)) continue;
    const auto dot = option.name.find('.');
    const auto text = small_config + "[" + option.name.substr(0, dot) + "]\n" +
                      option.name.substr(dot + 1) + " = " + option.default_value + "\n";
    const auto config = parse_config(text, "cutover.toml");
    ASSERT_TRUE(config) << to_text(config.error());
    EXPECT_EQ(*config, bare) << option.name;
  }
}

TEST(OptionCatalogue, TheDocumentationHoldsItsTable) {
  EXPECT_NE(documentation().find(option_table()), std::string::npos)
      << "docs/configuration.md must hold these lines:\n"
      << option_table();
}

TEST(OptionCatalogue, TheDocumentationsExampleIsValidAndShowsTheDefaults) {
  const auto text = documentation();
  const std::string begin = "```toml\n";
  const auto from = text.find(begin);
  ASSERT_NE(from, std::string::npos);
  const auto start = from + begin.size();
  const auto config = parse_config(text.substr(start, text.find("```", start) - start), "example");
  ASSERT_TRUE(config) << to_text(config.error());
  EXPECT_EQ(config->limits, Limits());
  EXPECT_EQ(config->way_back, Config().way_back);
  EXPECT_EQ(config->state_dir, Config().state_dir);
}

}  // namespace
}  // namespace cutover
