#include <messenger/adapters/database/database.hpp>

#include <string>

/// A program whose user names the database.
std::shared_ptr<messenger::Storage> openNamed(const std::string& url) {
  messenger::DatabaseOptions options;
  options.url = url;  // calls.db, sqlite:calls.db, postgresql://calls@db.example/app
  return messenger::openStorage(options);
}
