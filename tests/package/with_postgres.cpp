#include "messenger/adapters/postgres/postgres_storage.hpp"

#include <memory>
#include <string>

std::shared_ptr<messenger::Storage> openOnPostgres(const std::string& url) {
  // [open]
  messenger::PostgresOptions options;
  options.url = url;  // postgresql://calls@db.example/app
  options.schema = "calls";
  return messenger::postgresStorage(options);
  // [/open]
}
