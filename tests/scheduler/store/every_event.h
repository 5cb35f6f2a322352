#ifndef MESOLYS_TESTS_SCHEDULER_STORE_EVERY_EVENT_H_
#define MESOLYS_TESTS_SCHEDULER_STORE_EVERY_EVENT_H_

// Events of every kind, every field set to something of its own. Their stored form is kept for each
// release, so what a release has stays as it is: a kind or a field that is new gets an event of its
// own at the end.

#include <vector>

#include "scheduler/core/facts/event.h"

namespace mesolys {

std::vector<Event> EveryEvent();

}  // namespace mesolys

#endif  // MESOLYS_TESTS_SCHEDULER_STORE_EVERY_EVENT_H_
