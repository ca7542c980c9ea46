// Names that no PgBouncer knows are told, known ones are not.
#include "agent/ini/unfamiliar.h"

#include <gmock/gmock.h>

#include "tests/unit/ini/texts.h"

namespace cutover::ini {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Unfamiliar, EverythingPgBouncerKnowsIsFamiliar) {
  const auto config = testing::load_text(
      "[users]\n[peers]\n[databases]\na=host=h port=1 dbname=d user=u password=p pool_size=1\n"
      "b=reserve_pool=1 reserve_pool_size=2 load_balance_hosts=disable auth_query='q'\n");
  ASSERT_TRUE(config);
  EXPECT_THAT(unfamiliar_parts(*config), IsEmpty());
}

TEST(Unfamiliar, TypingErrorsAreToldWithTheirPlace) {
  const auto config = testing::load_text("[Users]\n[databases]\na=host=h poolsize=1\n");
  ASSERT_TRUE(config);
  EXPECT_THAT(unfamiliar_parts(*config),
              ElementsAre(HasSubstr("/etc/main.ini:2: section [Users] is unknown"),
                          HasSubstr("/etc/main.ini:4: parameter poolsize of entry a is unknown")));
}

}  // namespace
}  // namespace cutover::ini
