#include "own_worker.hpp"

#include <iostream>

extern int usesOfOwnNames;
int usesOfOwnNames = 0;

namespace messenger {

Worker::Worker() {
  ++usesOfOwnNames;
}
Worker::~Worker() {
  ++usesOfOwnNames;
}
void Worker::stop() noexcept {
  ++usesOfOwnNames;
}
void Worker::requestStop() noexcept {
  ++usesOfOwnNames;
}
bool Worker::drain(std::chrono::milliseconds) {
  return ++usesOfOwnNames > 0;
}

support::HomeProcess::HomeProcess() noexcept {
  ++usesOfOwnNames;
}
support::HomeProcess::~HomeProcess() {
  ++usesOfOwnNames;
}

}  // namespace messenger
