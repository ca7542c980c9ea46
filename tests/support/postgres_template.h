// Fresh data directories without the second that initdb takes: it runs once per major and cluster
// name, and its result is copied.
#pragma once

#include <filesystem>
#include <string>

namespace cutover::support {

/// Makes `data` a fresh data directory, owned by server_user(), authentication trust.
void make_data_directory(int major, const std::string& cluster, const std::filesystem::path& data);

}  // namespace cutover::support
