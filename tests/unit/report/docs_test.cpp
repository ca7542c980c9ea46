// The generated parts of docs/ are what the program says. CUTOVER_UPDATE_DOCS=1 writes them anew.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "agent/metric_catalogue.h"
#include "controller/cutover/plan.h"
#include "controller/metrics/metric_catalogue.h"
#include "controller/report/generated_docs.h"

namespace cutover {
namespace {

std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void expect_generated(const std::filesystem::path& path, const std::string& name,
                      const std::string& block) {
  const auto document = read_text(path);
  ASSERT_NE(document.find("<!-- generated: " + name + " -->"), std::string::npos) << path;
  const auto wanted = with_generated_block(document, name, block);
  if (std::getenv("CUTOVER_UPDATE_DOCS") != nullptr) std::ofstream(path) << wanted;
  EXPECT_EQ(read_text(path), wanted)
      << "run this test with CUTOVER_UPDATE_DOCS=1 and look at the difference";
}

const std::filesystem::path docs = std::filesystem::path(CUTOVER_SOURCE_DIR) / "docs";

TEST(GeneratedDocs, TheProtocolTableIsThePlan) {
  expect_generated(docs / "protocol.md", "steps", protocol_table(cutover_plan(RunLimits{})));
}

TEST(GeneratedDocs, TheMetricsPageIsBothCatalogues) {
  expect_generated(docs / "metrics.md", "agent metrics", markdown_table(agent::metric_catalogue()));
  expect_generated(docs / "metrics.md", "controller metrics",
                   markdown_table(controller_metric_catalogue()));
}

TEST(GeneratedDocs, OnlyTheBlockBetweenTheMarksIsReplaced) {
  const std::string document = "a\n<!-- generated: x -->\nold\n<!-- end -->\nb";
  EXPECT_EQ(with_generated_block(document, "x", "new\n"),
            "a\n<!-- generated: x -->\nnew\n<!-- end -->\nb");
  EXPECT_EQ(with_generated_block(document, "y", "new\n"), document);
}

}  // namespace
}  // namespace cutover
