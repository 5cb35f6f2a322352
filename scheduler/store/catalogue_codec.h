#ifndef MESOLYS_SCHEDULER_STORE_CATALOGUE_CODEC_H_
#define MESOLYS_SCHEDULER_STORE_CATALOGUE_CODEC_H_

// CatalogueAdopted <-> its stored message. Any thread.

#include "mesolys/v1/stored.pb.h"
#include "scheduler/core/facts/event.h"

namespace mesolys {

void Encode(const CatalogueAdopted& event, v1::StoredCatalogueAdopted& out);
CatalogueAdopted Decode(const v1::StoredCatalogueAdopted& in);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_STORE_CATALOGUE_CODEC_H_
