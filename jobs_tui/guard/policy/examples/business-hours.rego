# METADATA
# title: Business hours
# description: Runs start from Monday to Friday between 8 and 18 o'clock in the job's time zone, except those of jobs with the tag anytime. A person who starts one outside of them is asked.
package jobs.business_hours

import rego.v1

# What to change: days, first hour, hour of the end, and the tag of jobs that may always run.
days := {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday"}

first_hour := 8

end_hour := 18

exempt_tag := "anytime"

deny contains message if {
	outside
	not by_hand
}

ask contains message if {
	outside
	by_hand
}

outside if {
	input.action == "run"
	not exempt_tag in input.job.tags
	not open
}

open if {
	input.now.weekday in days
	input.now.hour >= first_hour
	input.now.hour < end_hour
}

by_hand if input.trigger.kind in {"manual", "api", "rerun"}

message := sprintf("outside of business hours: it is %s, %s", [input.now.weekday, input.now.time])
