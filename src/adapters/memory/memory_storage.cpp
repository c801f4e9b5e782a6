#include "adapters/memory/memory_storage.hpp"

#include "messenger/adapters/memory.hpp"

namespace messenger::inline v0 {

std::shared_ptr<Storage> memoryStorage() {
  return std::make_shared<memory::MemoryStorage>();
}

}  // namespace messenger
