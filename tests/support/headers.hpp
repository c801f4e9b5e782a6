#pragma once

// What most tests include, precompiled for all of them. A test still includes what it uses.
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "messenger/adapters/memory.hpp"
#include "messenger/adapters/sqlite.hpp"
#include "messenger/messenger.hpp"
#include "messenger/testing/fake_video_driver.hpp"
#include "messenger/testing/faulty_storage.hpp"
#include "messenger/testing/manual_clock.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/messenger_fixture.hpp"
#include "tests/support/temp_dir.hpp"
