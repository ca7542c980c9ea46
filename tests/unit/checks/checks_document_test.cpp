// docs/checks.md is the catalogue, printed.
#include "controller/checks/checks_document.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "controller/checks/check.h"

namespace cutover {
namespace {

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(ChecksDocument, IsWhatTheCatalogueSays) {
  EXPECT_EQ(text_of(CUTOVER_SOURCE_DIR "/docs/checks.md"), checks_document())
      << "run: bin/print_checks_document > docs/checks.md (in the build tree)";
}

TEST(CheckCatalogue, NamesAreUniqueAndFitForMetrics) {
  std::set<std::string> names;
  for (const Check& check : check_catalogue()) {
    EXPECT_TRUE(names.insert(check.name).second) << check.name;
    EXPECT_EQ(check.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string::npos)
        << check.name;
  }
}

TEST(CheckCatalogue, EveryCheckHasAQuestionAndAPurposeThatIsASentence) {
  for (const Check& check : check_catalogue()) {
    EXPECT_NE(check.ask, nullptr) << check.name;
    ASSERT_FALSE(check.purpose.empty()) << check.name;
    EXPECT_EQ(check.purpose.back(), '.') << check.name;
  }
}

}  // namespace
}  // namespace cutover
