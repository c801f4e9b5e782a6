#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

struct sqlite3;

/// The application before it had calls: users and conversations in its own tables. It does not know the
/// library. Thread-safe.
class HostDatabase {
 public:
  struct Conversation {
    std::int64_t id = 0;
    bool direct = false;  ///< between two
    std::string title;
    bool archived = false;
    std::int64_t members = 0;
  };

  struct Member {
    std::int64_t user = 0;
    std::string name;
    std::string role;  ///< owner, moderator, member
    bool accepted = true;
    bool muted = false;
  };

  /// Creates the tables in a separate file, with a few users and conversations.
  explicit HostDatabase(const std::filesystem::path& file);
  ~HostDatabase();
  HostDatabase(const HostDatabase&) = delete;
  HostDatabase& operator=(const HostDatabase&) = delete;

  [[nodiscard]] std::optional<Conversation> findConversation(std::int64_t id) const;
  [[nodiscard]] std::vector<Member> members(std::int64_t conversation) const;
  [[nodiscard]] std::optional<Member> findMember(std::int64_t conversation, std::int64_t user) const;
  [[nodiscard]] std::vector<std::int64_t> conversationsOf(std::int64_t user) const;
  [[nodiscard]] std::optional<std::string> displayName(std::int64_t user) const;

  /// False: was not a member.
  bool removeMember(std::int64_t conversation, std::int64_t user);

 private:
  class Query;

  mutable std::mutex mutex_;
  sqlite3* db_ = nullptr;
};
