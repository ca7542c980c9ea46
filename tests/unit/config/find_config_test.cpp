#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "controller/config/config.h"
#include "controller/config/find_config.h"
#include "tests/support/scoped_environment.h"

namespace cutover {
namespace {

using support::Variables;

class FindConfig : public testing::Test {
 protected:
  FindConfig()
      : directory_(std::filesystem::path(testing::TempDir()) /
                   ("find_config_" + std::to_string(getpid()))) {
    std::filesystem::create_directories(directory_ / "cutover");
    std::filesystem::create_directories(directory_ / "home/.config/cutover");
  }
  ~FindConfig() override { std::filesystem::remove_all(directory_); }

  std::filesystem::path directory_;
};

TEST_F(FindConfig, TheOptionBeatsTheEnvironment) {
  const support::ScopedEnvironment environment(
      Variables{{"CUTOVER_CONFIG", "/from/environment.toml"}});
  EXPECT_EQ(find_config("/from/option.toml").value(), "/from/option.toml");
  EXPECT_EQ(find_config("").value(), "/from/environment.toml");
}

TEST_F(FindConfig, TheUsersOwnFileIsFoundWhenItExists) {
  const support::ScopedEnvironment environment(Variables{
      {"CUTOVER_CONFIG", ""}, {"XDG_CONFIG_HOME", directory_}, {"HOME", directory_ / "home"}});
  const auto file = directory_ / "cutover/cutover.toml";
  std::ofstream(file) << "\n";
  EXPECT_EQ(find_config("").value(), file);
}

TEST_F(FindConfig, WithoutXdgConfigHomeItIsBelowHome) {
  const support::ScopedEnvironment environment(
      Variables{{"CUTOVER_CONFIG", ""}, {"XDG_CONFIG_HOME", ""}, {"HOME", directory_ / "home"}});
  const auto file = directory_ / "home/.config/cutover/cutover.toml";
  std::ofstream(file) << "\n";
  EXPECT_EQ(find_config("").value(), file);
}

TEST_F(FindConfig, NoneAtAllIsAnErrorThatNamesThePlaces) {
  const support::ScopedEnvironment environment(Variables{
      {"CUTOVER_CONFIG", ""}, {"XDG_CONFIG_HOME", directory_}, {"HOME", directory_ / "home"}});
  const auto found = find_config("", directory_ / "etc/cutover.toml");
  ASSERT_FALSE(found);
  EXPECT_NE(found.error().what.find(directory_.string()), std::string::npos);
  EXPECT_NE(found.error().what.find((directory_ / "etc/cutover.toml").string()), std::string::npos);
}

TEST_F(FindConfig, TheMachinesFileIsTheLastPlace) {
  const support::ScopedEnvironment environment(Variables{
      {"CUTOVER_CONFIG", ""}, {"XDG_CONFIG_HOME", directory_}, {"HOME", directory_ / "home"}});
  const auto of_the_machine = directory_ / "machine.toml";
  std::ofstream(of_the_machine) << "\n";
  EXPECT_EQ(find_config("", of_the_machine).value(), of_the_machine);
  const auto own = directory_ / "cutover/cutover.toml";
  std::ofstream(own) << "\n";
  EXPECT_EQ(find_config("", of_the_machine).value(), own);
}

}  // namespace
}  // namespace cutover
