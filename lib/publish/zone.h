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

/* For job->plan: does `safety` let the coming zone take the place of `old`? That is the published
 * one of the plan, or what else it is planned beside; NULL: nothing, and there is nothing to
 * protect. Returns 0, or -1 with problems added to the zone's diags. */
int
zone_plan_safety(const struct zone_plan *plan, const struct store *old);

#endif
