// Calls in an application that already has users and conversations: its tables stay as they are, in their own
// database; the library reads them through a ThreadDirectory and keeps the calls in a separate file.
#include <messenger/adapters/sqlite.hpp>
#include <messenger/messenger.hpp>

#include <stdlib.h>

#include <cerrno>
#include <filesystem>
#include <iostream>
#include <string_view>
#include <system_error>

#include "conversation_directory.hpp"

using namespace messenger;

namespace {

constexpr std::int64_t alice = 1, bob = 2, carol = 3;
constexpr std::int64_t releaseCrew = 20;

std::string answer(const Result<Call>& result) {
  return result ? "yes" : result.error().text();
}

// [remove]
/// Removes a member from a conversation of the host: first its own change, then the call to the library.
void removeFromConversation(HostDatabase& database, Messenger& messenger, std::int64_t conversation,
                            std::int64_t user) {
  database.removeMember(conversation, user);
  messenger.host().memberRemoved(threadIdOf(conversation), userIdOf(user));
}
// [/remove]

/// A new folder of nobody else's for temporary files, removed with all that is in it.
struct TemporaryFolder {
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "own_tables-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category(), name);
    path = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::filesystem::path path;
};

void run(const std::filesystem::path& folder) {
  // [wire]
  HostDatabase database{folder / "application.db"};

  Config config;
  config.calling.enabled = true;
  Dependencies dependencies;
  dependencies.storage = sqliteStorage(folder / "calls.db");
  dependencies.threads = std::make_shared<ConversationDirectory>(database);
  Messenger messenger{config, std::move(dependencies)};
  // [/wire]

  const auto left = messenger.onCallLeft([&](const CallLeft& e) {
    const auto name = messenger.host().directory().findUserName(e.participant.user);
    std::cout << "  " << name.value_or("?") << " left the call\n";
  });
  const auto ended = messenger.onCallEnded(
      [](const CallEnded& e) { std::cout << "  the call ended: " << toString(e.reason) << '\n'; });

  const ThreadId crew = threadIdOf(releaseCrew);
  std::cout << "carol, a plain member, starts a call: " << answer(messenger.startCall(crew, userIdOf(carol)))
            << '\n';
  const auto call = messenger.startCall(crew, userIdOf(bob));
  std::cout << "bob, a moderator, starts a call: " << answer(call) << '\n';
  if (!call) return;
  messenger.joinCall(call->id, userIdOf(carol)).value();
  std::cout << "carol joins; her active calls: " << messenger.activeCalls(userIdOf(carol)).size() << '\n';

  std::cout << "carol is removed from the conversation\n";
  removeFromConversation(database, messenger, releaseCrew, carol);
  const auto again = messenger.joinCall(call->id, userIdOf(carol));
  std::cout << "carol joins again: " << (again ? "yes" : again.error().text()) << '\n';

  std::cout << "bob is removed from the conversation\n";
  removeFromConversation(database, messenger, releaseCrew, bob);
  messenger.jobs().runPending();
  std::cout << "alice, the owner, starts a call: " << answer(messenger.startCall(crew, userIdOf(alice)))
            << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) {
    const bool help = std::string_view{argv[1]} == "--help";
    (help ? std::cout : std::cerr) << "Usage: own_tables\n\nCalls in an application whose users and "
                                      "conversations are in its own tables.\n";
    return help ? 0 : 2;
  }
  try {
    const TemporaryFolder folder;
    run(folder.path);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
