#pragma once

#include <SQLiteCpp/SQLiteCpp.h>
#include <messenger/contracts/thread_directory.hpp>

#include <initializer_list>
#include <mutex>
#include <string>
#include <vector>

/// The chat's own tables: users, rooms, who is in them, what was said. The library reads its conversations
/// from them. Thread-safe; waits for the disk, so it is for the pool, not for the loop.
class ChatTables final : public messenger::ThreadDirectory {
 public:
  /// Opens the database, with the tables in it.
  explicit ChatTables(const std::string& file);

  void addRoom(const std::string& room, const std::vector<std::string>& users);

  [[nodiscard]] bool isUser(const std::string& name) const;

  /// Keeps what was said; returns who is in the room. Nobody: the user is not.
  std::vector<std::string> say(const std::string& room, const std::string& user, const std::string& text);

  [[nodiscard]] std::optional<messenger::Thread> findThread(const messenger::ThreadId& thread) const override;
  [[nodiscard]] std::optional<messenger::ThreadMember> findMember(
      const messenger::ThreadId& thread, const messenger::UserId& user) const override;
  [[nodiscard]] std::vector<messenger::ThreadMember> members(
      const messenger::ThreadId& thread) const override;
  [[nodiscard]] std::vector<messenger::ThreadId> threadsOf(const messenger::UserId& user) const override;
  [[nodiscard]] std::optional<std::string> findUserName(const messenger::UserId& user) const override;

 private:
  /// Returns the first column of all rows. REQUIRES: the mutex is held.
  std::vector<std::string> run(const char* sql, std::initializer_list<std::string> values) const;

  mutable std::mutex mutex_;
  mutable SQLite::Database database_;
};

[[nodiscard]] messenger::UserId userOf(const std::string& name);
