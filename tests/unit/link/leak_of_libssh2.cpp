// libssh2 1.10 forgets two BIGNUMs of 24 bytes, and their digits, each time it logs in with an
// ECDSA key file. LeakSanitizer looks away from that call alone; only whole call stacks show it,
// since libcrypto has no frame pointers. Without sanitizers nobody calls these.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_options();
extern "C" const char* __asan_default_options();

const char* __lsan_default_suppressions() {
  return "leak:libssh2_userauth_publickey_fromfile_ex\n";
}
const char* __lsan_default_options() {
  return "print_suppressions=0";  // into the log of findings
}
const char* __asan_default_options() {
  return "fast_unwind_on_malloc=0";
}
