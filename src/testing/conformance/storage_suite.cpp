#include "messenger/testing/storage_suite.hpp"

#include "testing/conformance/storage_case.hpp"

namespace messenger::testing {

std::size_t storageSuite(const StorageFactory& make, const ReportSink& report, const StorageFactory& reopen) {
  Checks checks(report);
  StorageChecks all{checks, make, reopen};
  checkStarting(all);
  checkJoining(all);
  checkLeaving(all);
  checkKicking(all);
  checkEnding(all);
  checkSetup(all);
  checkTeardown(all);
  checkRenewal(all);
  checkClaiming(all);
  checkSettling(all);
  checkListingJobs(all);
  checkSwitch(all);
  checkPresence(all);
  checkReading(all);
  checkSweeps(all);
  checkThreads(all);
  checkOddTexts(all);
  checkConcurrency(all);
  if (reopen) checkReopening(all);
  return checks.failures();
}

}  // namespace messenger::testing
