// SQLSTATEs that have to be told apart.
#pragma once

namespace cutover {

inline constexpr const char* undefined_table = "42P01";
inline constexpr const char* unknown_statement = "26000";
inline constexpr const char* lock_not_available = "55P03";
inline constexpr const char* serialization_failure = "40001";
inline constexpr const char* deadlock_detected = "40P01";
/// Raised by our own statements where the fence or the epoch is not as this run left it.
inline constexpr const char* stale_epoch = "CU001";
inline constexpr const char* stale_epoch_hint =
    "run `cutover status`; another run or a recovery took over";

}  // namespace cutover
