#include "controller/servers/schema.h"

#include <gtest/gtest.h>

namespace cutover {
namespace {

TEST(MarkerTable, HasAnIdentifiersLengthAtMostAndKeepsLongNamesApart) {
  const std::string long_name(63, 'p');
  EXPECT_EQ(marker_table_name("cutover"), "marker_cutover");
  EXPECT_EQ(marker_table_name(std::string(56, 'p')).size(), 63U);
  EXPECT_EQ(marker_table_name(long_name).size(), 63U);
  EXPECT_NE(marker_table_name(long_name), marker_table_name(long_name.substr(1) + "q"));
}

TEST(MarkerTable, NeverCutsACharacterInTwo) {
  std::string name = "x";
  while (name.size() < 62) name += "ж";
  const auto marker = marker_table_name(name);
  EXPECT_LE(marker.size(), 63U);
  const auto cut = marker.rfind('_');
  EXPECT_EQ((cut - std::string("marker_x").size()) % 2, 0U);
}

TEST(MarkerTable, IsQuoted) {
  EXPECT_EQ(marker_table("odd \"name"), "\"cutover\".\"marker_odd \"\"name\"");
}

TEST(OwnSchema, EveryPublicationHasATableOfItsOwn) {
  const auto sql = own_schema_sql({{"one", "", ""}, {"two", "", ""}});
  EXPECT_NE(sql.find("\"marker_one\""), std::string::npos);
  EXPECT_NE(sql.find("\"marker_two\""), std::string::npos);
}

TEST(Fence, TheFunctionRunsAsItsOwnerWithAFixedSearchPath) {
  const auto sql = fence_function_sql("blue");
  EXPECT_NE(sql.find("SECURITY DEFINER SET search_path = pg_catalog"), std::string::npos);
  EXPECT_NE(sql.find("VOLATILE"), std::string::npos);
}

TEST(ListOfLiterals, IsNeverEmptySql) {
  EXPECT_EQ(list_of_literals({}), "NULL");
  EXPECT_EQ(list_of_literals({"a", "b'c"}), "'a', 'b''c'");
}

}  // namespace
}  // namespace cutover
