/* One zone from its template to its published file. */
#ifndef PUBLISH_ZONE_H
#define PUBLISH_ZONE_H

#include "publish/job.h"

/* Builds and publishes the zone. Returns 0 if it is published, or -1 with problems added; then the
 * published file is as it was. Some errors come with a 0: D_TOO_EARLY, since the zone that would
 * not be published is the one that ends it; and those of what follows the publication. */
int
zone_publish(struct diags *diags, const struct zone_job *job, struct zone_result *result);

/* All that a build would find wrong with template, certificates, checks, policy and keys; nothing
 * is written, and `output` is not looked at. Returns 0, or -1 with problems added. */
int
zone_check(struct diags *diags, const struct zone_job *job);

/* For who plans beside another version of the zone than the published one: that is what `safety`
 * protects then. NULL: there is none, and nothing to protect. To be called out of job->plan; what
 * is wrong is told of in the zone's diags. */
void
zone_plan_beside(const struct zone_plan *plan, const struct store *old);

#endif
