// What is thrown by the library is caught by a host, and the other way round, wherever the border of a shared
// library runs.
//   boundary FOLDER
#include <messenger/adapters/defaults.hpp>
#include <messenger/adapters/memory.hpp>
#include <messenger/adapters/sqlite.hpp>
#include <messenger/messenger.hpp>
#include <messenger/version.hpp>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>

using namespace messenger;

namespace {

int failures = 0;

void check(bool holds, const char* what) {
  if (holds) return;
  std::cerr << "failed: " << what << '\n';
  ++failures;
}

class FailingDriver final : public VideoDriver {
 public:
  bool create(const Thread&, const Call&) override { throw DriverError("no room at the inn"); }
  bool destroy(const CallWithRoom&) override { return true; }
  std::optional<std::string> getRoomId() const override { return std::nullopt; }
  std::optional<std::string> getRoomPin() const override { return std::nullopt; }
  std::optional<std::string> getRoomSecret() const override { return std::nullopt; }
  std::optional<std::string> getExtraPayload() const override { return std::nullopt; }
};

bool refusesForeignFile(const std::filesystem::path& file) {
  std::ofstream{file}
      << "this is no database, and it is longer than the header of one would be, by far, for sure";
  try {
    static_cast<void>(sqliteStorage(file));
  } catch (const StorageIncompatible&) {
    return true;
  }
  return false;
}

bool isCaughtAsBase(const std::filesystem::path& folder) {
  try {
    static_cast<void>(sqliteStorage(folder / "missing" / "calls.db"));
  } catch (const Error&) {
    return true;
  }
  return false;
}

bool valueOfRefusalThrows(Messenger& messenger) {
  try {
    static_cast<void>(messenger.startCall(ThreadId{"none"}, UserId{"user", "1"}).value());
  } catch (const tl::bad_expected_access<Refusal>&) {
    return true;
  }
  return false;
}

/// The driver's own words are kept with the job: the library caught its exception.
bool driverErrorArrives(Messenger& messenger) {
  messenger.setVideoDriver<FailingDriver>();
  const UserId alice{"user", "1"};
  const auto thread = messenger.threads().createPrivate({.user = alice}, {.user = {"user", "2"}});
  static_cast<void>(messenger.startCall(thread->id, alice));
  messenger.jobs().runPending();
  const auto jobs = messenger.jobs().pending();
  return jobs.size() == 1 &&
         jobs.front().lastError.value_or("").find("no room at the inn") != std::string::npos;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::filesystem::path folder{argv[1]};
  Config config;
  config.calling.enabled = true;
  Messenger messenger{config, {.storage = memoryStorage(), .logger = nullLogger()}};

  check(refusesForeignFile(folder / "foreign.db"), "StorageIncompatible is caught");
  check(isCaughtAsBase(folder), "a StorageError is caught as an Error");
  check(valueOfRefusalThrows(messenger), "tl::bad_expected_access is caught");
  check(driverErrorArrives(messenger), "the library catches a DriverError");
  check(libraryVersion() == headerVersion && libraryVersionText() == MESSENGER_VERSION_TEXT,
        "the library is as old as its headers");
  check(libraryIsCompatible(), "the library is compatible");
  if (failures == 0) std::cout << "all exceptions were caught\n";
  return failures == 0 ? 0 : 1;
}
