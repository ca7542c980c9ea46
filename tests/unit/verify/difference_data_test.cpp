// Rows that differ, as JSON.
#include "controller/verify/difference_data.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace cutover {
namespace {

std::string nested(int depth) {
  return std::string(static_cast<std::size_t>(depth), '[') +
         std::string(static_cast<std::size_t>(depth), ']');
}

TEST(RowOfADifference, IsAnObjectHoweverDeepItNestsAndTextBeyondThat) {
  EXPECT_EQ(json_of_row("{\"a\": [1, null]}").at("a").at(0), 1);
  EXPECT_TRUE(json_of_row("{\"a\": " + nested(500) + "}").is_object());
  const auto deep = "{\"a\": " + nested(5000) + "}";
  EXPECT_EQ(json_of_row(deep).as_string(), deep);
}

}  // namespace
}  // namespace cutover
