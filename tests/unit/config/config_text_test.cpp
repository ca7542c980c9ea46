// What `init` writes is a configuration that the program reads.
#include "controller/config/config_text.h"

#include <gtest/gtest.h>

#include "controller/config/config.h"

namespace cutover {
namespace {

InitFacts facts() {
  InitFacts facts;
  facts.name = "app";
  facts.blue = "host=blue dbname=app user=admin";
  facts.green = "host=green dbname=app user=admin";
  facts.bouncers.push_back({"b1", "ssh://ubuntu@10.0.0.5:22", "/keys/id", {}, {}});
  return facts;
}

TEST(ConfigText, IsReadBackAsWhatWasKnown) {
  auto known = facts();
  known.blue_route = "host=blue.internal port=5433";
  known.green_route = "host=green.internal port=5432";
  known.bouncers[0].entries = {{"app", "app"}, {"it's", "app"}};
  known.publication = "say \"it\"";
  const auto config = parse_config(config_text(known), "cutover.toml");
  ASSERT_TRUE(config) << to_text(config.error());
  ASSERT_EQ(config->databases.size(), 1U);
  EXPECT_EQ(config->databases[0].subscriptions[0].publication, "say \"it\"");
  EXPECT_EQ(config->databases[0].routes[0].blue.port, "5433");
  EXPECT_EQ(config->bouncers[0].entries, known.bouncers[0].entries);
  EXPECT_EQ(config->bouncers[0].identity, "/keys/id");
}

TEST(ConfigText, LeavesDefaultsAsComments) {
  const auto config = parse_config(config_text(facts()), "cutover.toml");
  ASSERT_TRUE(config) << to_text(config.error());
  EXPECT_EQ(config->limits, Limits{});
  EXPECT_TRUE(config->bouncers[0].entries.empty());
}

TEST(ConfigText, WhatWasNotFoundOutStandsThereAndBreaksNothing) {
  auto known = facts();
  known.notes = {"blue: no answer\nhint: is it up?", "b1: no agent"};
  known.bouncers[0].others = {"other → h:1/x"};
  const auto text = config_text(known);
  EXPECT_TRUE(parse_config(text, "cutover.toml"));
  for (const char* part : {"# not found out: blue: no answer\n# hint", "b1: no agent", "other →"})
    EXPECT_NE(text.find(part), std::string::npos) << part << text;
}

}  // namespace
}  // namespace cutover
