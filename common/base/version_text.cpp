#include "common/base/version_text.h"

#include "common/base/version.h"

namespace cutover {
namespace {

std::string& commit() {
  static std::string name = "unknown";
  return name;
}

}  // namespace

void name_commit(const std::string& name) {
  if (!name.empty()) commit() = name;
}

std::string version_text() {
  return std::string(program_version) + " (commit " + commit() + ")";
}

}  // namespace cutover
