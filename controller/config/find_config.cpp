// Which configuration file is used.
#include "controller/config/find_config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdlib>

#include "controller/config/config.h"
#include "controller/config/home.h"

namespace cutover {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::vector<std::string> usual_places(const std::string& of_the_machine) {
  std::vector<std::string> places;
  const auto xdg = environment("XDG_CONFIG_HOME");
  const auto home = home_directory();
  if (xdg.starts_with('/'))
    places.push_back(xdg + "/cutover/cutover.toml");
  else if (!home.empty())
    places.push_back(home + "/.config/cutover/cutover.toml");
  places.push_back(of_the_machine);
  return places;
}

}  // namespace

Result<std::filesystem::path> find_config(const std::string& from_option) {
  return find_config(from_option, "/etc/cutover/cutover.toml");
}

Result<std::filesystem::path> find_config(const std::string& from_option,
                                          const std::filesystem::path& of_the_machine) {
  if (!from_option.empty()) return path_result(from_option);
  const auto from_environment = environment("CUTOVER_CONFIG");
  if (!from_environment.empty()) return path_result(from_environment);
  const auto places = usual_places(of_the_machine.string());
  std::error_code ignored;
  for (const auto& place : places)
    if (std::filesystem::exists(place, ignored)) return path_result(place);
  return Error{fmt::format("no configuration: {} not found", fmt::join(places, " and ")),
               "name the file with --config, or write one with cutover init"};
}

}  // namespace cutover
