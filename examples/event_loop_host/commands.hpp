#pragma once

#include <messenger/messenger.hpp>

#include <string>
#include <string_view>

/// What people type: `start alice`, `join bob`, `beat bob`, `leave bob`, `end alice`, `show`, `quit`.
class Commands {
 public:
  /// `thread` is the one conversation that all of this is about. The messenger must outlive it.
  Commands(messenger::Messenger& messenger, messenger::ThreadId thread);

  /// Carries out one line and prints the answer. False: `quit`.
  bool run(const std::string& line);

 private:
  std::string act(std::string_view verb, const messenger::UserId& user);
  void show() const;

  messenger::Messenger& messenger_;
  messenger::ThreadId thread_;
};
