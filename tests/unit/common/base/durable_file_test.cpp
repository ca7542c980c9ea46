// Durable files: whole old text or whole new, attributes kept, nothing left behind.
#include "common/base/durable_file.h"

#include <gmock/gmock.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

#include "tests/unit/ini/temporary_directory.h"

namespace cutover {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::TemporaryDirectory;

namespace fs = std::filesystem;

struct stat status_of(const std::string& path) {
  struct stat found {};
  EXPECT_EQ(::lstat(path.c_str(), &found), 0) << path;
  return found;
}

/// Runs in a process of its own, which may give up rights; 0 is success.
template <class Body>
int in_child(Body body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

TEST(DurableFile, WhatIsWrittenIsReadAndNothingElseIsLeft) {
  const TemporaryDirectory here;
  const std::string bytes("a\0\xff\n", 4);
  ASSERT_TRUE(write_durably(here / "f", bytes));
  EXPECT_EQ(*read_file(here / "f"), bytes);
  EXPECT_THAT(here.names(), ElementsAre("f"));
  EXPECT_EQ(status_of(here / "f").st_mode & 07777, 0600U);
}

TEST(DurableFile, AReplacedFileKeepsModeAndAttributes) {
  const TemporaryDirectory here;
  here.write("f", "old");
  ASSERT_EQ(::chmod((here / "f").c_str(), 0640), 0);
  const bool has_attributes =
      ::setxattr((here / "f").c_str(), "user.note", "kept", 4, 0) == 0;  // tmpfs may have none
  ASSERT_TRUE(write_durably(here / "f", "new"));
  EXPECT_EQ(here.read("f"), "new");
  EXPECT_EQ(status_of(here / "f").st_mode & 07777, 0640U);
  char value[8] = {};
  if (has_attributes) {
    EXPECT_EQ(::getxattr((here / "f").c_str(), "user.note", value, sizeof value), 4);
  }
}

TEST(DurableFile, AReplacedFileKeepsItsOwner) {
  const TemporaryDirectory here;
  here.write("f", "old");
  ASSERT_EQ(::chown((here / "f").c_str(), 12345, 23456), 0);
  ASSERT_TRUE(write_durably(here / "f", "new"));
  EXPECT_EQ(status_of(here / "f").st_uid, 12345U);
  EXPECT_EQ(status_of(here / "f").st_gid, 23456U);
}

TEST(DurableFile, AStaleTemporaryFileIsReplaced) {
  const TemporaryDirectory here;
  here.write(".f.cutover-new", "half a te");
  ASSERT_TRUE(write_durably(here / "f", "text"));
  EXPECT_THAT(here.names(), ElementsAre("f"));
}

TEST(DurableFile, ATemporaryNameThatIsALinkIsNotFollowed) {
  const TemporaryDirectory here;
  here.write("victim", "precious");
  fs::create_symlink(here / "victim", here / ".f.cutover-new");
  ASSERT_TRUE(write_durably(here / "f", "text"));
  EXPECT_EQ(here.read("victim"), "precious");
}

TEST(DurableFile, AMissingFileIsAnErrorWithPathAndReason) {
  const auto text = read_file("/nonexistent/f");
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().what, "cannot read /nonexistent/f: no such file or directory");
  EXPECT_NE(text.error().hint, "");
}

TEST(DurableFile, AFullDiskLeavesTheOldFileAndNoTemporary) {
  const TemporaryDirectory here;
  here.write("f", "old");
  const int status = in_child([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{4, 4};  // fails like a full disk, after some bytes
    ::setrlimit(RLIMIT_FSIZE, &limit);
    return write_durably(here / "f", "a longer text") ? 1 : 0;
  });
  EXPECT_EQ(status, 0);
  EXPECT_EQ(here.read("f"), "old");
  EXPECT_THAT(here.names(), ElementsAre("f"));
}

TEST(DurableFile, ADirectoryWithoutRightsIsAnErrorAndAProblem) {
  const TemporaryDirectory here;
  here.write("f", "old");
  ASSERT_EQ(::chmod(here.path().c_str(), 0755), 0);
  const int status = in_child([&] {
    if (::setgid(65534) != 0 || ::setuid(65534) != 0) return 1;
    const auto written = write_durably(here / "f", "new");
    if (written || written.error().what.find("permission denied") == std::string::npos) return 2;
    const Error problem = replacement_problem(here / "f").value_or(Error{});
    if (problem.what.find("permission denied") == std::string::npos) return 3;
    return problem.hint.empty() ? 0 : 4;  // it is the directory
  });
  EXPECT_EQ(status, 0);
  EXPECT_EQ(here.read("f"), "old");
}

TEST(DurableFile, AnOwnerThatCannotBeKeptIsAnErrorAndAProblem) {
  const TemporaryDirectory here;
  here.write("f", "old");
  ASSERT_EQ(::chmod(here.path().c_str(), 0777), 0);
  ASSERT_EQ(::chmod((here / "f").c_str(), 0644), 0);
  const int status = in_child([&] {
    if (::setgid(65534) != 0 || ::setuid(65534) != 0) return 1;
    if (write_durably(here / "f", "new")) return 2;
    const Error problem = replacement_problem(here / "f").value_or(Error{});
    if (problem.what.find("keep the owner") == std::string::npos) return 3;
    return problem.hint.find("a group of that user") == std::string::npos ? 4 : 0;
  });
  EXPECT_EQ(status, 0);
  EXPECT_EQ(here.read("f"), "old");
  EXPECT_THAT(here.names(), ElementsAre("f"));
}

/// Containers, where not even root may mount, have some: /etc/hosts, /etc/resolv.conf.
std::optional<std::string> a_file_that_is_a_mount() {
  std::ifstream mounts("/proc/self/mountinfo");
  for (std::string line; std::getline(mounts, line);) {
    std::istringstream fields(line);
    std::string id, parent, device, root, path;
    fields >> id >> parent >> device >> root >> path;
    std::error_code unknown;
    if (fs::is_regular_file(path, unknown)) return path;
  }
  return std::nullopt;
}

TEST(DurableFile, AFileThatIsAMountOfItsOwnIsAProblem) {
  const TemporaryDirectory here;
  here.write("f", "old");
  here.write("behind", "other");
  if (::mount((here / "behind").c_str(), (here / "f").c_str(), nullptr, MS_BIND, nullptr) != 0) {
    const std::string refusal = std::strerror(errno);
    const auto other = a_file_that_is_a_mount();
    if (!other)
      GTEST_SKIP() << "mount: " << refusal << ", and no file of this system is a mount of its own"
                   << "; needs CAP_SYS_ADMIN, or user namespaces for "
                      "tests/support/with_root_rights";
    EXPECT_THAT(replacement_problem(*other).value().what, HasSubstr("mount of its own"));
    return;
  }
  const Error problem = replacement_problem(here / "f").value();
  EXPECT_THAT(problem.what, HasSubstr("mount of its own"));
  EXPECT_THAT(problem.hint, HasSubstr("mount its directory"));
  EXPECT_FALSE(write_durably(here / "f", "new"));
  ASSERT_EQ(::umount((here / "f").c_str()), 0);
  EXPECT_THAT(here.names(), ElementsAre("behind", "f"));
  EXPECT_EQ(here.read("behind"), "other");
}

TEST(DurableFile, TryingAReplacementChangesNothing) {
  const TemporaryDirectory here;
  here.write("f", "old");
  const struct stat before = status_of(here / "f");
  EXPECT_EQ(replacement_problem(here / "f"), std::nullopt);
  EXPECT_EQ(status_of(here / "f").st_ino, before.st_ino);
  EXPECT_THAT(here.names(), ElementsAre("f"));
  EXPECT_THAT(replacement_problem(here / "none").value().what, HasSubstr("no such file"));
}

TEST(DurableFile, ALinkIsReplacedByALink) {
  const TemporaryDirectory here;
  fs::create_symlink("blue", here / "link");
  EXPECT_EQ(link_replacement_problem(here / "link"), std::nullopt);
  ASSERT_TRUE(link_durably(here / "link", "green"));
  EXPECT_EQ(fs::read_symlink(here / "link"), "green");
  EXPECT_THAT(here.names(), ElementsAre("link"));
}

TEST(DurableFile, DirectoriesAreCreatedWithTheirParents) {
  const TemporaryDirectory here;
  ASSERT_TRUE(create_directory_durably(here / "a/b/c"));
  ASSERT_TRUE(create_directory_durably(here / "a/b/c"));
  EXPECT_EQ(status_of(here / "a/b/c").st_mode & 07777, 0700U);
  here.write("file", "");
  EXPECT_FALSE(create_directory_durably(here / "file/d"));
}

TEST(DurableFile, RemovingWhatIsNotThereIsFine) {
  const TemporaryDirectory here;
  here.write("f", "x");
  EXPECT_TRUE(remove_durably(here / "f"));
  EXPECT_TRUE(remove_durably(here / "f"));
  EXPECT_THAT(here.names(), ElementsAre());
}

}  // namespace
}  // namespace cutover
