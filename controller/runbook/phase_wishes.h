// What the operator asked of a phase by options of its command.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>

namespace cutover {

struct SeedWish {
  std::string lsn = {};            ///< given by hand
  std::filesystem::path log = {};  ///< a server log of green, from its start after the clone
  bool copy = false;               ///< load a snapshot of blue instead
  int jobs = 2;                    ///< of pg_dump and pg_restore
};

enum class DdlGuard { records, refuses };
enum class FenceAtEnd { kept, lifted };

struct FinishWish {
  FenceAtEnd fence = FenceAtEnd::kept;
  std::chrono::seconds watch{30};  ///< for writers on the side that no longer serves
};

struct PhaseWishes {
  DdlGuard ddl_guard = DdlGuard::records;
  SeedWish seed = {};
  FinishWish finish = {};
};

}  // namespace cutover
