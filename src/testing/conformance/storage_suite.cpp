#include "messenger/testing/storage_suite.hpp"

#include "testing/conformance/storage_case.hpp"

namespace messenger::inline v0::testing {

std::size_t storageSuite(const StorageFactory& make, const ReportSink& report, const StorageFactory& reopen,
                         const std::string& only) {
  Checks checks(report);
  StorageChecks all{checks, make, reopen, only};
  checkLoading(all);
  checkCommitting(all);
  checkReading(all);
  checkRings(all);
  checkJobs(all);
  checkHeartbeats(all);
  checkSwitches(all);
  checkThreads(all);
  checkOddTexts(all);
  checkConcurrency(all);
  if (reopen) checkReopening(all);
  return checks.failures();
}

}  // namespace messenger::testing
