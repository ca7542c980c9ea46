// What a role that is no superuser leaves out of a dump, and what it does not.
#include "controller/runbook/restore_list.h"

#include <gtest/gtest.h>

namespace cutover {
namespace {

TEST(RestoreList, LeavesOutWhatOnlyASuperuserMayRestore) {
  const std::string kept =
      ";\n; Archive created at 2026-11-23 13:00:00 UTC\n;     dbname: SCHEMA - public \n"
      "9; 2615 16385 SCHEMA - app owner\n"
      "2; 3079 16390 EXTENSION - pgcrypto \n"
      "3312; 0 0 ACL - SCHEMA public postgres\n"
      "217; 1259 16400 TABLE public COMMENT - EXTENSION x owner\n"
      "3400; 3466 16500 EVENT TRIGGER - audit postgres\n"
      "3313; 0 0 COMMENT public TABLE item owner\n";
  const std::string left_out =
      "4; 2615 2200 SCHEMA - public postgres\n"
      "3311; 0 0 COMMENT - SCHEMA public postgres\n"
      "3314; 0 0 COMMENT - EXTENSION pgcrypto \n"
      "3401; 3466 16501 EVENT TRIGGER - cutover_ddl postgres\n"
      "3402; 3466 16502 EVENT TRIGGER - cutover_drop postgres\n";
  EXPECT_EQ(without_superusers_items(kept + left_out), kept);
  EXPECT_EQ(without_superusers_items(""), "");
}

}  // namespace
}  // namespace cutover
