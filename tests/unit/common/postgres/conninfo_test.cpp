#include "common/postgres/conninfo.h"

#include <gtest/gtest.h>

#include "common/postgres/connection.h"

namespace cutover::postgres {
namespace {

TEST(Conninfo, IsShownWithoutItsPassword) {
  EXPECT_EQ(without_password("host=h password=secret user=u"), "user=u host=h");
  EXPECT_EQ(without_password("host=h password='a b' sslpassword=x"), "host=h");
  EXPECT_EQ(without_password("postgresql://u:p%20w@h:1/d?sslmode=disable"),
            "user=u dbname=d host=h port=1 sslmode=disable");
}

TEST(Conninfo, ThatCannotBeReadIsNotShown) {
  EXPECT_EQ(without_password("password=a secret"), "(unreadable conninfo)");
  EXPECT_EQ(without_password("app"), "(unreadable conninfo)");
}

TEST(Conninfo, ErrorsShowNoPartThatMayBeAPassword) {
  for (const char* bad : {"host=h password=hunter2 hunter2", "postgresql://u:hunter2%@h/d",
                          "password='hunter2", "password=x hunter2=y"}) {
    const auto given = given_parameters(bad);
    ASSERT_FALSE(given) << bad;
    EXPECT_EQ(to_text(given.error()).find("hunter2"), std::string::npos) << bad;
  }
}

TEST(Conninfo, ErrorsSayWhatIsWrong) {
  const auto given = given_parameters("hots=h");
  ASSERT_FALSE(given);
  EXPECT_NE(given.error().what.find("\"hots\""), std::string::npos);
  EXPECT_NE(given.error().hint, "");
}

TEST(Conninfo, ParametersAreReplacedAndAdded) {
  const auto changed =
      with_parameters("host=h dbname=a user='it\\'s me'", {{"dbname", "b c"}, {"port", "1"}});
  EXPECT_EQ(changed.value(), "user='it\\'s me' host=h dbname='b c' port=1");
  EXPECT_EQ(parameter_of(changed.value(), "dbname").value(), "b c");
  EXPECT_EQ(parameter_of(changed.value(), "user").value(), "it's me");
}

TEST(Conninfo, AnEmptyValueSurvivesAChange) {
  const auto changed = with_parameters("host=h sslcert=''", {{"user", "back\\slash"}});
  EXPECT_EQ(parameter_of(changed.value(), "user").value(), "back\\slash");
  EXPECT_EQ(parameter_of(changed.value(), "host").value(), "h");
}

TEST(Conninfo, AnUnknownParameterCannotBeAdded) {
  EXPECT_FALSE(with_parameters("host=h", {{"hots", "b"}}));
}

TEST(Conninfo, AParameterIsWhatIsGivenOrLibpqsDefault) {
  EXPECT_EQ(parameter_of("host=h port=1", "port").value(), "1");
  EXPECT_EQ(parameter_of("host=h", "port").value(), "5432");
  EXPECT_EQ(parameter_of("host=h user=u", "dbname").value(), "u");
  EXPECT_EQ(parameter_of("host=h", "hostaddr").value(), std::nullopt);
  EXPECT_FALSE(parameter_of("nonsense", "port"));
}

}  // namespace
}  // namespace cutover::postgres
