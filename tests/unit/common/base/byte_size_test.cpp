#include "common/base/byte_size.h"

#include <gtest/gtest.h>

namespace cutover {
namespace {

TEST(ByteSize, UnitsOfPostgresqlAndOfIecAreTheSame) {
  EXPECT_EQ(parse_byte_size("512B").value(), 512u);
  EXPECT_EQ(parse_byte_size("16kB").value(), 16384u);
  EXPECT_EQ(parse_byte_size("16KiB").value(), 16384u);
  EXPECT_EQ(parse_byte_size("1MB").value(), parse_byte_size("1MiB").value());
  EXPECT_EQ(parse_byte_size("2GB").value(), parse_byte_size("2GiB").value());
  EXPECT_EQ(parse_byte_size("3TiB").value(), std::uint64_t{3} << 40);
}

TEST(ByteSize, AnythingElseIsRefusedWithAHint) {
  for (const char* bad :
       {"", "5", "MiB", "1 MiB", "-1B", "1.5MiB", "1mb", "1KB", "1M", "9007199254740993TiB"}) {
    const auto size = parse_byte_size(bad);
    ASSERT_FALSE(size) << bad;
    EXPECT_NE(size.error().hint, "");
  }
}

TEST(ByteSize, ItIsPrintedInTheLargestUnitWithoutAFraction) {
  EXPECT_EQ(byte_size_text(0), "0B");
  EXPECT_EQ(byte_size_text(1000), "1000B");
  EXPECT_EQ(byte_size_text(1024), "1KiB");
  EXPECT_EQ(byte_size_text(1024 * 1024), "1MiB");
  EXPECT_EQ(byte_size_text(1536 * 1024), "1536KiB");
}

}  // namespace
}  // namespace cutover
