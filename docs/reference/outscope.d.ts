// Written by `make reference` from the code; edit the code instead.
// Fields and words may be added within `v1`: ignore those that you do not know.
// OpenAPI 3.1.0, Outscope 0.1.0

/** What a vendor says of an incident changed, or what we saw of it: the row as it is now. */
export interface AcknowledgementEvent {
  /** rises by one from event to event of the whole store */
  id: number;
  type: "acknowledgement";
  /** RFC 3339, UTC, milliseconds */
  at: string;
  service: string;
  /** that are admitted, or should be */
  components: string[];
  /** the row in one sentence */
  note: string;
  acknowledgement: AcknowledgementView;
}

/** An incident with one statement of its vendor, or either of them alone. Four clocks: `observed_start`, `claimed_start`, `published_at` (both as the vendor says), and when the page had it first, in (seen_after, seen_by]. */
export interface AcknowledgementView {
  id: string;
  service: string;
  /** `acknowledged`; `nothing_yet` and `never`: the page was read and is silent; `not_heard`: it could not be read; `unseen`: the vendor says what we never saw; `void`: no longer so since one side was edited */
  state: "acknowledged" | "nothing_yet" | "never" | "not_heard" | "unseen" | "void";
  /** when our incident was opened, else when it was read */
  at: string;
  incident_id: string | null;
  /** whether it is the first word on its incident */
  first: boolean;
  matched_by: "component" | "time" | null;
  observed_start: ObservedStart | null;
  claimed_start: string | null;
  published_at: string | null;
  seen_after: string | null;
  seen_by: string | null;
  /** from the start that we saw until it was admitted */
  lag: BoundedMs | null;
  /** from the start that we saw until the claimed one */
  claim_error: BoundedMs | null;
  /** dated before a look that read the page without it; null: cannot say */
  backdated: boolean | null;
  reach: SaidReach | null;
  vendor: VendorView | null;
  /** how long the page was green while the incident was seen */
  green_ms: number;
  /** how long it was not read then, or did not say whether it goes on */
  unheard_ms: number;
  /** what cannot be taken as it stands, and why */
  remarks: string[];
}

/** One page of acknowledgements, newest first. Ask again with `cursor` set to `next`. */
export interface Acknowledgements {
  items: AcknowledgementView[];
  /** opaque; ask again with it as `cursor`; null on the last page */
  next: string | null;
}

/** What to use now. `v` changes when a member changes its meaning; new members may appear. */
export interface Advice {
  v: number;
  /** as of when; not part of the ETag */
  at: string;
  /** ask again after so many seconds */
  ttl_s: number;
  targets: Target[];
  /** ids of the services (with `models`: of the models), the best first */
  order: string[];
}

/** The process runs its event loop. */
export interface Alive {
  status: string;
}

/** A window that was announced just now. */
export interface Announced {
  id: string;
  /** when it comes, and with what it overlaps, for people */
  notes: string[];
}

/** Which places answered each region lately: what regions that fail together may have in common. */
export interface AnsweredFrom {
  service: string;
  /** RFC 3339, UTC, milliseconds */
  since: string;
  groups: AnsweredGroup[];
}

/** Looks of one region that were answered from the same place. */
export interface AnsweredGroup {
  region: string;
  /** where GeoIP places the address that answered */
  country: string | null;
  /** network of the address that answered */
  asn: number | null;
  /** the edge location that the answer named, such as an airport's code */
  edge: string | null;
  looks: number;
  /** looks that count against the target */
  failed: number;
}

/** What was asked for, without what was left out. */
export interface AskedLooks {
  check?: string;
  service?: string;
  regions?: string[];
}

/** Lines, the newest first. */
export interface AuditPage {
  items: Audited[];
  /** `cursor` of the next page; null after the last */
  next: string | null;
}

/** One line: who did what to whom, when, and from where. */
export interface Audited {
  /** rises with each line; gaps are no lines */
  number: number;
  at: string;
  /** a token with its id, a person, a user of the machine */
  who: string;
  what: string;
  about: string;
  /** the address, or the machine */
  from: string;
  /** SHA-256 of what was replaced, as sorted JSON; or empty */
  before_digest: string;
  /** and of what took its place */
  after_digest: string;
}

/** What a page shows of a service. */
export interface BannerView {
  service: string;
  /** the one that was asked for */
  region: string | null;
  /** whether people are to be warned */
  show: boolean;
  state: "well" | "degraded" | "bad" | "unknown";
  /** one sentence, with the service's name */
  text: string;
  /** when it had begun at the latest */
  since: string | null;
  /** title of the announced maintenance that it began in */
  maintenance: string | null;
}

/** All services without their cells, regions and open incidents now. */
export interface Board {
  /** version that is applied; null when none is */
  configuration: number | null;
  /** the worst there is; unknown only when nothing worse is known */
  state: "well" | "degraded" | "bad" | "unknown";
  /** all of it in one sentence */
  headline: string;
  /** what it means or what to do, in plain words; may be empty */
  advice: string;
  judged_at: string | null;
  coordinator: CoordinatorView;
  regions: RegionView[];
  /** regions that report and are not configured */
  unknown_regions: UnknownRegion[];
  /** the open ones, newest first */
  incidents: IncidentView[];
  /** which services are down because of others, the largest first */
  cascades: CascadeView[];
  services: ServiceView[];
}

/** A duration in milliseconds with its error; a bound is null where there is none. */
export interface BoundedMs {
  best_ms: number;
  least_ms: number | null;
  most_ms: number | null;
}

/** What was seen in some time, from everywhere that was asked for. */
export interface Bucket {
  looks: number;
  /** looks that went well */
  good: number;
  /** failures that count against the service: blame `target` or `path` */
  bad: number;
  /** good / (good + bad); null when nothing counts */
  uptime: number | null;
  /** looks by reason, the most frequent first */
  reasons: Record<string, number>;
  dns_ms: Percentiles | null;
  connect_ms: Percentiles | null;
  tls_ms: Percentiles | null;
  ttfb_ms: Percentiles | null;
  total_ms: Percentiles | null;
}

/** An incident, and what most likely goes back to it. */
export interface CascadeView {
  /** the last cause */
  incident: string;
  service: string;
  /** those that are depended on; none: the whole service */
  components: string[];
  /** what it caused */
  incidents: string[];
  services: string[];
  /** of the least probable of them */
  probability: number;
  headline: string;
}

/** An incident and its service. */
export interface CauseIdView {
  incident: string;
  service: string;
}

/** Another incident, often of another service. */
export interface CauseView {
  id: string;
  service: string;
}

/** One cell of the matrix, frame by frame. */
export interface CellSeries {
  component: string;
  region: string;
  /** looks that went well, one number a frame */
  good: number[];
  /** failures that count against the service, one number a frame */
  bad: number[];
}

/** One component seen from one region: its state and the looks behind it. */
export interface CellView {
  component: string;
  region: string;
  state: "well" | "degraded" | "bad" | "unknown";
  /** looks without fault that the state rests on */
  ok: number;
  /** failed looks that the state rests on */
  bad: number;
  /** why it is so, or why it does not vote; may be empty */
  why: string;
  /** the bad run began after this */
  last_good: string | null;
  /** and by this */
  first_bad: string | null;
  /** the last bad run ended after this */
  last_bad: string | null;
  /** and by this */
  first_good: string | null;
  /** bad looks by reason */
  reasons: Record<string, number>;
}

/** The matrix of a service over time. Neither good nor bad in a frame: nothing that counts was seen then. */
export interface CellsOverTime {
  service: string;
  /** how long a frame is */
  step_ms: number;
  /** RFC 3339, UTC, milliseconds */
  since: string;
  /** RFC 3339, UTC, milliseconds */
  until: string;
  /** when each frame begins */
  starts: string[];
  /** one for each pair that was looked at */
  cells: CellSeries[];
  /** the verdict that stood at first, then each change */
  said: Said[];
}

/** How likely it is whose trouble; they sum to 1. */
export interface Chances {
  machine: number;
  network: number;
  region: number;
  everybody: number;
  nobody: number;
}

/** One thing that changes. */
export interface ChangeView {
  verb: "added" | "changed" | "removed";
  /** `service`, `region`, `check`, ... */
  what: string;
  id: string;
  fields: FieldChange[];
}

/** What came of a change. */
export interface Changed {
  /** in force now */
  version: number;
  /** false after a dry run, and when nothing changes */
  applied: boolean;
  changes: ChangeView[];
}

/** The public keys of one channel, which signs each message by all of them. */
export interface ChannelKeys {
  /** the rule's id, with `/2` and so on behind its first */
  channel: string;
  rule: string;
  /** as Standard Webhooks writes them, the one to use first */
  keys: string[];
}

/** One check, without its parameters: what they hold may be secret. */
export interface CheckView {
  id: string;
  service: string;
  component: string;
  kind: string;
  interval_ms: number;
  timeout_ms: number;
  /** whether its looks count for a verdict; only such are made at once */
  votes: boolean;
  /** by region, the soonest first */
  next: NextLook[];
}

/** Checks by service and id, and the cursor of the next page. */
export interface Checks {
  items: CheckView[];
  /** opaque; ask again with it as `cursor`; null on the last page */
  next: string | null;
}

/** Why an incident is open no more. */
export type Closed = "ended" | "removed" | "unseen" | "withdrawn";

/** A user-visible feature of a service. */
export interface ComponentView {
  id: string;
  name: string;
  /** the name without the service's, for where that is shown already */
  label: string;
}

/** The answer of `components.json`. */
export interface ComponentsView {
  page: PageView;
  components: PartStatus[];
}

/** The configuration of one version, as a file would have it. */
export interface Configured {
  /** 0 before anything was applied */
  version: number;
  document: Record<string, unknown>;
  /** ids of services and regions that the API manages; the rest is a file's */
  managed_by_api: Record<string, string[]>;
}

/** Whether what is shown is still being renewed. */
export interface CoordinatorView {
  /** when the coordinator last did anything; null if never */
  heard_at: string | null;
  /** not heard for longer means that all this may be out of date */
  silent_after_ms: number;
  /** it was not heard for that long: headline and state are of the past */
  silent: boolean;
  /** the process that leads, or led last */
  leader: string | null;
  /** when it took over */
  leads_since: string | null;
  /** coordinators that would take over, heard lately */
  standbys: StandbyView[];
}

/** Counts of a coordinator since its start. */
export interface CountsView {
  /** reports taken in */
  reports?: number;
  /** results stored */
  results?: number;
  /** results that were known already */
  repeats?: number;
  /** what was refused of reports */
  refused?: number;
  looks_ordered?: number;
  /** ordered looks that nothing came back of */
  looks_lost?: number;
  /** gaps declared */
  gaps?: number;
  /** looks the judge asked for in addition */
  extra_looks_asked?: number;
  extra_looks_ordered?: number;
  /** nobody was there to look */
  extra_looks_dropped?: number;
  /** more than the cap allows */
  extra_looks_capped?: number;
}

/** One day of UTC. */
export interface Day {
  day: string;
  /** the worst of its incidents; `unknown` without looks */
  state: "well" | "degraded" | "bad" | "unknown";
  /** the widest that an incident had on it */
  scope: "none" | "regional" | "component" | "system_wide" | "unknown";
  good: number;
  bad: number;
  /** good / (good + bad) */
  uptime: number | null;
  /** for so long an incident went on */
  disrupted_ms: number;
  /** their ids, the oldest first */
  incidents: string[];
}

/** Days of one service, the oldest first; today is last, and is not over. */
export interface Days {
  service: string;
  days: Day[];
}

/** A report, or a part of one, that could not be taken in. */
export interface DeadLetterView {
  id: string;
  region: string;
  /** what it asked for; empty when it is no message */
  task: string;
  /** why it was refused, in one word */
  reason: string;
  /** the same in a sentence, with what was wrong */
  example: string;
  /** its bytes */
  size: number;
  /** how often the same one came */
  count: number;
  /** RFC 3339, UTC, milliseconds */
  first_at: string;
  /** RFC 3339, UTC, milliseconds */
  last_at: string;
  /** it is going to be read again */
  again: boolean;
}

/** All that is set aside, the latest first; at most a thousand are kept. */
export interface DeadLetters {
  items: DeadLetterView[];
}

/** Delays in milliseconds over the last thousand measurements; null without any. */
export interface DelaysView {
  /** how late the broker took orders, 99th percentile */
  order_lag_p99_ms: number | null;
  /** from a report's arrival to its commit, median */
  ingest_lag_p50_ms: number | null;
  /** from a report's arrival to its commit, 99th percentile */
  ingest_lag_p99_ms: number | null;
  /** how long one judging takes, 99th percentile */
  judge_p99_ms: number | null;
}

/** One of several disruptions that go on at once, in a few words. */
export interface DisruptionLine {
  headline: string;
  state: "well" | "degraded" | "bad" | "unknown";
  /** nothing fails; answers only take longer */
  slow: boolean;
  scope: "none" | "regional" | "component" | "system_wide" | "unknown";
  regions: string[];
  components: string[];
}

/** One disruption, where several of one service are told apart. */
export interface DisruptionView {
  severity?: "operational" | "degraded" | "outage";
  scope: "none" | "regional" | "component" | "system_wide" | "unknown";
  regions: string[];
  components: string[];
  /** slowness rather than failures */
  slow: boolean;
  group: string;
  /** whether it may reach farther */
  at_least: boolean;
  failing_share?: FailingShareView;
  [more: string]: unknown;
}

/** One wording, which came in (read_after, read_by]; or that the page had it no more. */
export interface EditView {
  /** null when no look came before */
  read_after: string | null;
  /** RFC 3339, UTC, milliseconds */
  read_by: string;
  /** RFC 3339, UTC, milliseconds */
  read_last: string;
  /** then it has no words */
  gone: boolean;
  title: string;
  status: string;
  impact: string;
  latest: string;
  components: string[];
  regions: string[];
  claimed_start: string | null;
  published_at: string | null;
  updated_at: string | null;
  resolved_at: string | null;
}

/** A service, component, check or region, as a file would have it. */
export interface EntryView {
  id: string;
  name?: string;
  [more: string]: unknown;
}

/** What a verdict rests on beside its cells; later versions may tell more. Empty when none was kept. */
export interface EvidenceView {
  rules_version?: string;
  /** every threshold that was used */
  thresholds?: Record<string, unknown>;
  regions?: RegionCount;
  /** regions that vote */
  heard?: string[];
  /** regions that do not vote because they are unfit, and why */
  unfit?: Record<string, string>;
  /** regions that do not vote because they are silent, and why */
  silent?: Record<string, string>;
  /** regions that lose a part of everything, and what: they vote, weighed down */
  losing?: Record<string, string>;
  /** by component, then by region */
  votes?: Record<string, Record<string, "well" | "degraded" | "bad" | "unknown">>;
  /** how likely anything is wrong */
  wrong?: number;
  /** the best explanations, the likeliest first */
  hypotheses?: HypothesisView[];
  /** each one that is told apart, the surest first */
  disruptions?: DisruptionView[];
  [more: string]: unknown;
}

/** What an export gave out so far; `complete` once all of it was. */
export interface ExportSummary {
  id: string;
  dataset: string;
  /** name and version of the columns, such as results/1 */
  schema: string;
  format: string;
  compression: string;
  columns: string[];
  rows: number;
  bytes: number;
  /** of the bytes, hexadecimal; empty until it is complete */
  sha256: string;
  /** stands behind the last row; null before the first */
  cursor: string | null;
  complete: boolean;
  /** files of the archive that could not be read, and why */
  skipped: Record<string, string>;
}

/** How many of the looks at what is disrupted fail: all of them count since it began, or since its share changed, the good ones, too. */
export interface FailingShareView {
  /** `bad` of `looks` */
  estimate: number;
  /** the true share most likely lies from here */
  low: number;
  /** to here: a 95 % interval (Wilson) */
  high: number;
  /** looks that failed, or were slow where it is slowness */
  bad: number;
  /** all looks that count */
  looks: number;
  /** the first of them */
  since: string;
  /** the last of them */
  until: string;
  /** whether it began before the looks that are still weighed */
  older: boolean;
  [more: string]: unknown;
}

/** One value that changes, as text. */
export interface FieldChange {
  name: string;
  old: string;
  new: string;
}

/** A region, or one worker of it, became fit, unfit or silent. */
export interface FitnessEvent {
  /** rises by one from event to event of the whole store */
  id: number;
  type: "fitness";
  /** RFC 3339, UTC, milliseconds */
  at: string;
  region: string;
  /** null where it is the whole region */
  worker: string | null;
  fitness: "fit" | "unfit" | "silent";
  why: string;
}

/** What the fleet says of a service, as far as it concerns one caller. */
export interface FleetHere {
  /** whether anybody else looks, and is heard; else nothing follows */
  heard: boolean;
  severity: "operational" | "degraded" | "outage";
  headline: string;
  /** ids of the near regions that look at it */
  seen_from: string[];
  /** those of them where it is disrupted */
  disrupted_in: string[];
  reaches: ReachView[];
}

/** How looks are ordered and taken in. */
export interface Flow {
  coordinator: CoordinatorView;
  started_at: string | null;
  /** the version that it goes by */
  configuration: number | null;
  /** whether it has a link to the broker; null if never heard */
  connected: boolean | null;
  /** looks due by then were ordered */
  ordered_until: string | null;
  /** when the last one was received */
  newest_result_at: string | null;
  /** reports that came and are yet to be taken in */
  waiting_reports: number | null;
  /** ordered looks that nothing came back of yet */
  outstanding_looks: number | null;
  counts: CountsView;
  delays: DelaysView;
  /** in the order of the configuration */
  regions: QueueView[];
  writers: WriterCounts[];
  notices: NoticesWaiting[];
}

/** A verdict with its cells and the evidence that anyone can recompute it from. */
export interface FullVerdictView {
  /** when it was judged; null when it never was */
  at: string | null;
  severity: "operational" | "degraded" | "outage";
  scope: "none" | "regional" | "component" | "system_wide" | "unknown";
  /** ids of the regions that are disrupted */
  regions: string[];
  /** ids of the components that fail */
  components: string[];
  confidence: number;
  /** one sentence for people */
  reason: string;
  cells: CellView[];
  evidence: EvidenceView;
}

/** Why a look is missing. */
export type GapReason = "no_worker" | "no_result" | "no_broker" | "paused" | "no_room";

/** Looks that did not happen or were never heard of: consecutive slots of one check in one region. */
export interface GapView {
  check: string;
  service: string;
  region: string;
  first_slot: number;
  last_slot: number;
  /** RFC 3339, UTC, milliseconds */
  first_at: string;
  /** RFC 3339, UTC, milliseconds */
  last_at: string;
  /** `no_worker`: none of the region was heard; `no_result`: nothing came back; `no_broker`: the broker was away, or refused; `paused`: the coordinator stood still; `no_room`: it was made, and its worker had no more room to keep what it saw */
  reason: GapReason;
}

/** Gaps, the latest first, and the cursor of the next page. */
export interface Gaps {
  items: GapView[];
  next: string | null;
}

/** A look that a client may make itself. */
export interface HandedOut {
  check: string;
  /** the component; of a reference the operator it asks */
  of: string;
  kind: "http" | "tcp" | "tls" | "dns" | "icmp";
  /** as of the kind, such as `url` */
  params: Record<string, unknown>;
  timeout_ms: number;
  /** the check itself needs what is not told, such as a key: this look shows only whether its endpoint is reached */
  reaches_only: boolean;
}

/** The caller's place, and all services as seen from there. */
export interface Here {
  address: string;
  /** ISO 3166; null when it is not known */
  country: string | null;
  /** number of the network; null when not known */
  asn: number | null;
  /** of the middle of the country; null when it is not known */
  latitude: number | null;
  /** likewise */
  longitude: number | null;
  near: NearRegion[];
  services: ServiceHere[];
}

/** Buckets in order of time; those without looks are left out. `whole` is the span as one: the same in every resolution. */
export interface History {
  service: string;
  /** minute, hour or day */
  resolution: string;
  /** to whole minutes; earlier where none are kept */
  since: string;
  /** RFC 3339, UTC, milliseconds */
  until: string;
  /** up to when results are counted */
  as_of: string;
  /** of announced maintenance that is left out as a whole; 0 by default */
  left_out_ms: number;
  whole: Bucket;
  points: Point[];
}

/** One explanation of what was seen, and how likely it is. */
export interface HypothesisView {
  scope: "none" | "regional" | "component" | "system_wide" | "unknown";
  components: string[];
  regions: string[];
  /** what the regions share; may be empty */
  group: string;
  /** how likely it is, among all explanations and that nothing is wrong */
  chance: number;
  /** evidence for it */
  nats: number;
  /** evidence that it takes before it is as likely as that nothing is wrong */
  price: number;
  /** whether some of its cells are clearly well: then a part of it is said */
  refuted?: boolean;
  [more: string]: unknown;
}

/** What the vendor says of one incident, the first word first. */
export interface IncidentAcknowledgements {
  incident: string;
  service: string;
  /** whether a check reads the vendor's page */
  watched: boolean;
  items: WithEdits[];
}

/** An incident with all that happened to it, oldest first. */
export interface IncidentDetail {
  id: string;
  service: string;
  severity: "operational" | "degraded" | "outage";
  scope: "none" | "regional" | "component" | "system_wide" | "unknown";
  /** the widest scope that it had */
  peak: "none" | "regional" | "component" | "system_wide" | "unknown";
  regions: string[];
  components: string[];
  reason: string;
  /** RFC 3339, UTC, milliseconds */
  opened_at: string;
  /** null when no good look came before */
  started_after: string | null;
  /** RFC 3339, UTC, milliseconds */
  started_by: string;
  /** null while it goes on */
  ended_after: string | null;
  /** null while it goes on, and when no look saw its end */
  ended_by: string | null;
  /** null while it is open */
  resolved_at: string | null;
  /** while it is open and nothing of it is claimed any more: since when it probably is over */
  probably_over: ProbableEndView | null;
  /** whether it came and went several times within an hour */
  intermittent: boolean;
  /** of an intermittent one, the share of the time in which it fails, from 0 to 1; null while not known */
  duty_cycle: number | null;
  /** and the usual time from one beginning to the next; null likewise */
  period_ms: number | null;
  /** whether what it rested on counts no more: results that were struck, or of workers that were found sick; `reason` says which */
  withdrawn: boolean;
  /** why it is open no more: it `ended`, nothing of it is looked at any more (`removed`), it was over when somebody looked again (`unseen`), or there was none (`withdrawn`) */
  closed_because: Closed | null;
  /** the earlier incident that it most likely shares its cause with: they began together */
  cause: CauseView | null;
  /** the announced maintenance that it began in, if it began in any */
  maintenance: MaintenanceView | null;
  /** the incident of a service that it depends on which most likely caused it */
  probably_caused_by: ProbableCauseView | null;
  /** how many looks failed when the last line was added before it was resolved; null when that was not kept */
  failing_share: FailingShareView | null;
  /** each region and component that it ever reached */
  parts: PartView[];
  /** the other incidents that most likely have the same cause, oldest first */
  alike: IncidentView[];
  timeline: TimelineLine[];
}

/** An incident was opened, changed, probably ended, was resolved, revised or withdrawn. */
export interface IncidentEventView {
  /** rises by one from event to event of the whole store */
  id: number;
  type: string;
  /** RFC 3339, UTC, milliseconds */
  at: string;
  event: string;
  /** what the line of its timeline says */
  note: string;
  /** as it was then */
  incident: IncidentView;
}

/** How an incident came about and went on: the evidence of each line of its timeline, oldest first. */
export interface IncidentEvidence {
  id: string;
  service: string;
  names: NamesView;
  lines: LineEvidence[];
  /** its whole life, for people; times in UTC */
  sentences: string[];
}

/** One disruption. It began in (started_after, started_by] and ended in (ended_after, ended_by]. */
export interface IncidentView {
  id: string;
  service: string;
  severity: "operational" | "degraded" | "outage";
  scope: "none" | "regional" | "component" | "system_wide" | "unknown";
  /** the widest scope that it had */
  peak: "none" | "regional" | "component" | "system_wide" | "unknown";
  regions: string[];
  components: string[];
  reason: string;
  /** RFC 3339, UTC, milliseconds */
  opened_at: string;
  /** null when no good look came before */
  started_after: string | null;
  /** RFC 3339, UTC, milliseconds */
  started_by: string;
  /** null while it goes on */
  ended_after: string | null;
  /** null while it goes on, and when no look saw its end */
  ended_by: string | null;
  /** null while it is open */
  resolved_at: string | null;
  /** while it is open and nothing of it is claimed any more: since when it probably is over */
  probably_over: ProbableEndView | null;
  /** whether it came and went several times within an hour */
  intermittent: boolean;
  /** of an intermittent one, the share of the time in which it fails, from 0 to 1; null while not known */
  duty_cycle: number | null;
  /** and the usual time from one beginning to the next; null likewise */
  period_ms: number | null;
  /** whether what it rested on counts no more: results that were struck, or of workers that were found sick; `reason` says which */
  withdrawn: boolean;
  /** why it is open no more: it `ended`, nothing of it is looked at any more (`removed`), it was over when somebody looked again (`unseen`), or there was none (`withdrawn`) */
  closed_because: Closed | null;
  /** the earlier incident that it most likely shares its cause with: they began together */
  cause: CauseView | null;
  /** the announced maintenance that it began in, if it began in any */
  maintenance: MaintenanceView | null;
  /** the incident of a service that it depends on which most likely caused it */
  probably_caused_by: ProbableCauseView | null;
}

/** One page of incidents, newest first. Ask again with `cursor` set to `next`. */
export interface Incidents {
  items: IncidentView[];
  /** opaque; ask again with it as `cursor`; null on the last page */
  next: string | null;
}

/** The answer of `incidents.json`. */
export interface IncidentsView {
  page: PageView;
  incidents: PageIncident[];
}

/** The front door: which version this is, and what can be asked. */
export interface IndexView {
  name: string;
  /** of the program; addresses have theirs, `v1` */
  version: string;
  /** the reference for people */
  docs: string;
  /** the same for programs */
  openapi: string;
  /** the page that shows it all */
  page: string;
  /** every address, in reading order */
  links: LinkView[];
}

/** All of it in a word. */
export interface IndicatorView {
  /** `none`, `minor`, `major` or `critical` */
  indicator: string;
  description: string;
}

/** An invitation that nobody used yet; never its token. */
export interface InvitationView {
  id: number;
  region: string;
  /** whose key it renews; null when it lets in another worker */
  worker: string | null;
  /** whence alone it is good (CIDR) */
  network: string | null;
  /** RFC 3339, UTC, milliseconds */
  made_at: string;
  /** RFC 3339, UTC, milliseconds */
  expires_at: string;
}

/** Those that can still be used, the oldest first. */
export interface Invitations {
  items: InvitationView[];
  /** where new machines reach the API (`OUTSCOPE_PUBLIC_URL`); null when that was not said */
  api: string | null;
}

/** An invitation. Its token is told here and nowhere again: what is stored is its SHA-256. */
export interface Invited {
  /** what is to be run on the machine that joins */
  line: string;
  region: string;
  /** RFC 3339, UTC, milliseconds */
  expires_at: string;
  /** what is still missing for it; else empty */
  note: string;
}

/** Whose worker it is from now on, and whom it meets where. Its secret only it knows. */
export interface Joined {
  region: string;
  worker: string;
  /** its user at the broker */
  user: string;
  /** the broker's URL, without user and password */
  broker: string;
  /** certificates of the broker's authority (PEM); empty: public ones */
  broker_ca: string;
  /** where a relay is, for workers that do not reach the broker: `here`, a URL, or nothing */
  relay: string;
  /** the public key of the coordinator, whom alone it obeys */
  coordinator_key: string;
}

/** A worker that joined, and how it stands. */
export interface JoinedWorker {
  region: string;
  worker: string;
  /** `other version`: too far from the one here, `skew` says how; `two keys`: its key was renewed, and the old one is still good; `drained`: it was told to leave, and is not heard any more */
  state: "working" | "not heard" | "other version" | "two keys" | "draining" | "drained" | "revoked";
  /** why its version is too far; else empty */
  skew: string;
  /** RFC 3339, UTC, milliseconds */
  joined_at: string;
  keys: KeyView[];
}

/** All of them, by region and name. */
export interface JoinedWorkers {
  items: JoinedWorker[];
}

/** A key of a worker; its secret only the worker has. */
export interface KeyView {
  /** RFC 3339, UTC, milliseconds */
  made_at: string;
  /** its end, when another took its place */
  until: string | null;
  revoked_at: string | null;
  /** since when its worker is to leave */
  draining_at: string | null;
  /** when the broker was told of it */
  applied_at: string | null;
}

/** A line of a timeline with the verdict of its moment, and how that came about. */
export interface LineEvidence {
  /** RFC 3339, UTC, milliseconds */
  at: string;
  /** `opened`, `updated`, `ending`, `resolved`, `revised` or `withdrawn` */
  event: string;
  severity: "operational" | "degraded" | "outage";
  scope: "none" | "regional" | "component" | "system_wide" | "unknown";
  regions: string[];
  components: string[];
  reason: string;
  intermittent: boolean;
  /** id of the incident that it was then thought to share its cause with */
  cause: string | null;
  /** null when none was kept */
  verdict: FullVerdictView | null;
  /** how that verdict came about, for people; times in UTC */
  sentences: string[];
}

/** One address. */
export interface LinkView {
  /** the `operationId` of the description */
  name: string;
  method: string;
  /** a URI template (RFC 6570): what stands in braces is yours to fill in, what follows `?` may be left out */
  href: string;
  /** its first sentence */
  about: string;
  /** what a token needs for it; null where none is asked for */
  scope: string | null;
  /** whether it goes away; its answers say when (`Sunset`) */
  deprecated: boolean;
}

/** A result record; one that counts nowhere says so. */
export interface ListedResult {
  /** derived from check, region, slot and attempt */
  id: string;
  check: string;
  service: string;
  component: string;
  kind: string;
  region: string;
  worker: string;
  /** RFC 3339, UTC, milliseconds */
  scheduled_at: string;
  /** RFC 3339, UTC, milliseconds */
  started_at: string;
  /** RFC 3339, UTC, milliseconds */
  received_at: string;
  /** 0, or 1.. for a confirmation look */
  attempt: number;
  ok: boolean;
  reason: string;
  /** only `target` and `path` count against a target */
  blame: string;
  detail: string;
  status_code: number | null;
  dns_ms: number | null;
  connect_ms: number | null;
  tls_ms: number | null;
  ttfb_ms: number | null;
  total_ms: number | null;
  ip: string | null;
  asn: number | null;
  ip_country: string | null;
  extra: Record<string, unknown>;
  /** only there, and true, when somebody struck it (`outscope region strike`): it counts nowhere */
  struck?: boolean;
}

/** Whose trouble it is that a service fails, or does not, for one machine. */
export interface Located {
  service: string;
  /** what may be claimed: `here` is the machine or its network, whichever; `unknown` that nobody can tell */
  whose: "machine" | "network" | "here" | "region" | "everybody" | "nobody" | "unknown";
  sentence: string;
  chances: Chances;
  fleet: FleetHere | null;
  seen: SeenHere;
}

/** Looks that were asked for together, with the results that came so far. */
export interface LookJobView {
  id: string;
  asked: AskedLooks;
  /** RFC 3339, UTC, milliseconds */
  made_at: string;
  /** `scheduled_at` of the results; null until it was taken up */
  ordered_at: string | null;
  /** it is over then at the latest */
  over_by: string;
  /** nothing of it changes any more */
  over: boolean;
  looks: WishedLook[];
}

/** The announced maintenance in which an incident began. */
export interface MaintenanceView {
  /** it is within the window, or went on behind its end */
  state: "within" | "outlasted";
  /** id of the window */
  window: string;
  title: string;
  /** `configuration`, `operator`, `feed:ID` or `page:ID` */
  source: string;
  /** RFC 3339, UTC, milliseconds */
  since: string;
  /** with windows that go on where it ends */
  until: string;
}

/** Component by region. A pair without a cell is not looked at. */
export interface Matrix {
  service: string;
  at: string | null;
  /** the rows, in order */
  components: ComponentView[];
  /** the columns, in order */
  regions: MatrixRegion[];
  cells: CellView[];
}

/** A column of the matrix. */
export interface MatrixRegion {
  id: string;
  name: string;
  fitness: "fit" | "unfit" | "silent";
  why: string;
}

/** One thing that is wrong with a request. */
export interface Mistake {
  parameter: string;
  message: string;
}

/** What the ids are called; what has left the configuration has no name. */
export interface NamesView {
  service: string;
  components: Record<string, string>;
  regions: Record<string, string>;
  /** every service that is configured */
  services: Record<string, string>;
}

/** A region that looks from near the caller. */
export interface NearRegion {
  region: string;
  name: string;
  fitness: "fit" | "unfit" | "silent";
  same_country: boolean;
  /** from the middle of the caller's country, for more is not known of it */
  distance_km: number | null;
}

/** When a check is regularly due from a region next. */
export interface NextLook {
  region: string;
  /** RFC 3339, UTC, milliseconds */
  at: string;
}

/** A message of `notify` for one channel, and what became of it. */
export interface NoticeView {
  id: number;
  rule: string;
  channel: string;
  kind: string;
  state: "due" | "sent" | "given_up";
  tries: number;
  /** why it did not arrive at the last try; else empty */
  why: string;
  incident: string | null;
  /** RFC 3339, UTC, milliseconds */
  at: string;
  /** when it is tried next */
  next_at: string | null;
  done_at: string | null;
  title: string;
  text: string;
}

/** A page of messages, the newest first, and the cursor of the next one. */
export interface Notices {
  items: NoticeView[];
  /** opaque; ask again with it as `cursor`; null on the last page */
  next: string | null;
}

/** Messages of a rule of `notify` that have not arrived yet. */
export interface NoticesWaiting {
  rule: string;
  waiting: number;
  /** RFC 3339, UTC, milliseconds */
  since: string;
}

/** It began in (after, by], as we saw. */
export interface ObservedStart {
  /** null when no good look came before */
  after: string | null;
  /** RFC 3339, UTC, milliseconds */
  by: string;
}

/** One time that a window comes. */
export interface OccurrenceView {
  /** id of the window */
  window: string;
  title: string;
  /** who announced it: `configuration`, `operator`, `feed:ID` or `page:ID` */
  source: string;
  /** RFC 3339, UTC, milliseconds */
  since: string;
  /** RFC 3339, UTC, milliseconds */
  until: string;
  /** services, or `service/component`; all when it is empty */
  services: string[];
  /** all when it is empty */
  regions: string[];
}

/** What goes on and what comes, the earliest first. */
export interface Occurrences {
  items: OccurrenceView[];
}

/** What came for this worker; nothing when the wait was over. A batch that is not acknowledged with the next question is told again. */
export interface Orders {
  /** to be acknowledged with the next question */
  batch: string;
  messages: Relayed[];
}

/** All services with their cells, regions and open incidents now. */
export interface Overview {
  /** version that is applied; null when none is */
  configuration: number | null;
  /** the worst there is; unknown only when nothing worse is known */
  state: "well" | "degraded" | "bad" | "unknown";
  /** all of it in one sentence */
  headline: string;
  /** what it means or what to do, in plain words; may be empty */
  advice: string;
  judged_at: string | null;
  coordinator: CoordinatorView;
  regions: RegionView[];
  /** regions that report and are not configured */
  unknown_regions: UnknownRegion[];
  /** the open ones, newest first */
  incidents: IncidentView[];
  /** which services are down because of others, the largest first */
  cascades: CascadeView[];
  services: ServiceLine[];
}

/** Looks at a service and at references, and what the fleet sees near the caller. */
export interface OwnLooks {
  service: string;
  name: string;
  /** the caller's, ISO 3166; null when it is not known */
  country: string | null;
  near: NearRegion[];
  looks: HandedOut[];
  /** what tells a sick machine or network from a sick service */
  references: HandedOut[];
  fleet: FleetHere;
}

/** What came of one look. */
export interface OwnOutcome {
  /** the component, or a name of the operator that a reference asks */
  of: string;
  ok: boolean;
  /** how long it took; 10000 or more counts as failed */
  ms?: number | null;
}

/** An incident with its lines, the newest first. */
export interface PageIncident {
  id: string;
  name: string;
  status: string;
  impact: string;
  page_id: string;
  shortlink: string;
  /** RFC 3339, UTC, milliseconds */
  created_at: string;
  /** RFC 3339, UTC, milliseconds */
  started_at: string;
  /** RFC 3339, UTC, milliseconds */
  updated_at: string;
  resolved_at: string | null;
  components: PartStatus[];
  incident_updates: Update[];
}

/** Whose page it is. */
export interface PageView {
  id: string;
  name: string;
  url: string;
  time_zone: string;
  updated_at: string | null;
}

/** A time that announced maintenance comes, and what is said of it. */
export interface PageWork {
  id: string;
  name: string;
  /** `scheduled` or `in_progress` */
  status: string;
  impact: string;
  page_id: string;
  shortlink: string;
  /** when it was announced is not kept: the time of this page */
  created_at: string;
  /** RFC 3339, UTC, milliseconds */
  updated_at: string;
  /** null while it is only announced */
  started_at: string | null;
  monitoring_at: string | null;
  resolved_at: string | null;
  /** RFC 3339, UTC, milliseconds */
  scheduled_for: string;
  /** RFC 3339, UTC, milliseconds */
  scheduled_until: string;
  components: PartStatus[];
  incident_updates: Update[];
}

/** A component in a word. */
export interface PartState {
  id: string;
  name: string;
  /** of its cells the worst that is known */
  state: "well" | "degraded" | "bad" | "unknown";
  /** in percent, good / (good + bad); null when nothing counts */
  uptime_last_30m: number | null;
  /** from the full hour 24 hours ago on */
  uptime_last_1d: number | null;
}

/** A component and its state. */
export interface PartStatus {
  id: string;
  name: string;
  /** `operational`, `degraded_performance`, `partial_outage`, `major_outage` */
  status: string;
  position: number;
  group: boolean;
  page_id: string;
  updated_at: string | null;
}

/** When an incident began and ended in one region, or for one component. */
export interface PartView {
  /** `region` or `component` */
  axis: string;
  /** id of the region or component */
  name: string;
  /** RFC 3339, UTC, milliseconds */
  since: string;
  /** null while it goes on there */
  until: string | null;
  /** null while it goes on there */
  lasted_ms: number | null;
}

/** Milliseconds, each within 1 % of the true one. */
export interface Percentiles {
  p50: number;
  p95: number;
  p99: number;
}

/** Where a region is, as configured and as its workers' public addresses tell. */
export interface PlaceView {
  /** country, as configured */
  claimed: string | null;
  /** country of its workers' public addresses; null where that is not known */
  observed: string | null;
  /** null where one of them is not known */
  agrees: boolean | null;
}

/** One minute, hour or day of UTC, and which part of it is counted: one that has not ended is counted until `until`, one that the span cuts only within it. */
export interface Point {
  looks: number;
  /** looks that went well */
  good: number;
  /** failures that count against the service: blame `target` or `path` */
  bad: number;
  /** good / (good + bad); null when nothing counts */
  uptime: number | null;
  /** looks by reason, the most frequent first */
  reasons: Record<string, number>;
  dns_ms: Percentiles | null;
  connect_ms: Percentiles | null;
  tls_ms: Percentiles | null;
  ttfb_ms: Percentiles | null;
  total_ms: Percentiles | null;
  /** when it began, in UTC */
  at: string;
  /** from when on it is counted */
  since: string;
  /** until when it is counted */
  until: string;
}

/** The incident upstream that most likely caused another one. */
export interface ProbableCauseView {
  incident: string;
  service: string;
  /** those that are depended on; none: the whole service */
  components: string[];
  /** from timing and from where both reach, 0.5 to 1 */
  probability: number;
  /** what most likely caused that in turn */
  root: CauseIdView;
}

/** An end that is not sure yet: it probably is over since (after, by]. */
export interface ProbableEndView {
  /** its last bad look */
  after: string;
  /** the first good one after */
  by: string;
  /** that it is over for good, 0 to 0.99 */
  probability: number;
}

/** Why a request was not served. `code` is stable; titles and details may be reworded. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  /** the path that was asked for */
  instance: string;
  code: string;
  errors?: Mistake[];
}

/** What came from a region over the broker, and what waits there. */
export interface QueueView {
  region: string;
  /** reports that wait at the broker */
  waiting: number;
  /** how long the oldest of them has waited */
  waiting_s: number;
  /** taken from the broker */
  messages: number;
  bytes: number;
  /** thrown away unread, because too many waited */
  trimmed: number;
  /** messages that were no reports, by reason */
  refused: Record<string, number>;
  trouble: "" | "junk" | "flooding" | "filling";
  trouble_why: string;
}

/** One explanation of what the fleet sees, and how likely it is now. */
export interface ReachView {
  components: string[];
  chance: number;
  /** null where too few regions are heard to tell */
  everywhere: boolean | null;
  /** the share of the near regions that it reaches; without any near ones, of all that are heard */
  near: number;
}

/** Everything that true answers need is there. When it is not, `checks` of the problem says what is missing. */
export interface Ready {
  status: string;
  /** `ok`, or what is wrong: store, schema, coordinator, broker, results */
  checks: Record<string, string>;
  /** which one leads, and which would take over */
  coordinator: CoordinatorView;
  /** what does not make answers untrue: regions that flood the broker, or that report and are not configured */
  warnings: string[];
}

/** Why a look ended as it did. */
export type Reason = "ok" | "dns" | "refused" | "unreachable" | "timeout" | "reset" | "tls" | "status" | "content" | "slow" | "rate_limited" | "unauthorized" | "protocol" | "blocked" | "late" | "internal";

/** How many regions should look, vote, and are disrupted. */
export interface RegionCount {
  bad: number;
  heard: number;
  enabled: number;
  [more: string]: unknown;
}

/** A region and whether it is fit to speak. */
export interface RegionView {
  id: string;
  name: string;
  /** as configured; null when it is not */
  country: string | null;
  continent: string | null;
  latitude: number | null;
  longitude: number | null;
  /** it is only played: a vantage point whatever machine it shares */
  simulated: boolean;
  /** whose workers it has: `outscope up` starts one on its own machine (here), or only those that joined or were started elsewhere (joined) */
  workers_from: "here" | "joined";
  place: PlaceView;
  /** other regions that look from the same machine or address: all of them count as one vantage point */
  together: string[];
  fitness: "fit" | "unfit" | "silent";
  /** why it is so, in a few words; may be empty. Of a fit one, what it loses of everything: what fails there counts for less */
  why: string;
  /** when that was judged; null when it never was */
  at: string | null;
  /** workers heard of in the last week, at most 100 */
  workers: number;
  /** what it does to the broker beyond its work, lately; empty when nothing */
  trouble: "" | "junk" | "flooding" | "filling";
  /** the same in a few words; may be empty */
  trouble_why: string;
  /** somebody took it out: its reports are dropped, it does not vote */
  quarantined: boolean;
  /** `globalping` when the region is borrowed, and probes of others look from there; empty when workers of ours do */
  via: string;
  /** seconds from one regular look of its quickest check to the next; null when nothing is looked at from there */
  looks_every_s: number | null;
  /** what of it counts nowhere, the latest first; at most five */
  strikes: StrikeView[];
}

/** All regions. */
export interface Regions {
  items: RegionView[];
  /** regions that report and are not configured; at most 20 */
  unknown: UnknownRegion[];
}

/** A message of one of the worker's queues: a Celery task. */
export interface Relayed {
  task: string;
  expires: string | null;
  /** positional arguments, named ones, and the rest */
  said: unknown[];
}

/** What one worker saw of one check in one slot. Durations are milliseconds; phases do not overlap. */
export interface ResultRecord {
  /** derived from check, region, slot and attempt */
  id: string;
  check: string;
  service: string;
  component: string;
  kind: string;
  region: string;
  worker: string;
  /** RFC 3339, UTC, milliseconds */
  scheduled_at: string;
  /** RFC 3339, UTC, milliseconds */
  started_at: string;
  /** RFC 3339, UTC, milliseconds */
  received_at: string;
  /** 0, or 1.. for a confirmation look */
  attempt: number;
  ok: boolean;
  reason: string;
  /** only `target` and `path` count against a target */
  blame: string;
  detail: string;
  status_code: number | null;
  dns_ms: number | null;
  connect_ms: number | null;
  tls_ms: number | null;
  ttfb_ms: number | null;
  total_ms: number | null;
  ip: string | null;
  asn: number | null;
  ip_country: string | null;
  extra: Record<string, unknown>;
}

/** One page of result records, newest first. Ask again with `cursor` set to `next`. */
export interface Results {
  items: ListedResult[];
  /** opaque; ask again with it as `cursor`; null on the last page */
  next: string | null;
}

/** What was said of a service from a moment on. */
export interface Said {
  /** RFC 3339, UTC, milliseconds */
  at: string;
  state: "well" | "degraded" | "bad" | "unknown";
  severity: "operational" | "degraded" | "outage";
  scope: "none" | "regional" | "component" | "system_wide" | "unknown";
  regions: string[];
  components: string[];
  confidence: number;
  reason: string;
}

/** How far it reaches in the vendor's words, and as we saw. */
export interface SaidReach {
  /** null when it names neither component nor region */
  scope_said: "none" | "regional" | "component" | "system_wide" | "unknown" | null;
  /** the widest that the incident had */
  scope_observed: "none" | "regional" | "component" | "system_wide" | "unknown";
  /** what is said beside what was observed */
  scope: "right" | "narrower" | "wider" | "other" | "cannot_say";
  /** ids of ours that it names */
  components_said: string[];
  /** failed, and not admitted */
  components_missing: string[];
  /** admitted, and not seen to fail */
  components_more: string[];
  /** in the vendor's own words */
  regions_said: string[];
}

/** How a vendor did with the incidents that were opened in [since, until). */
export interface Scorecard {
  /** id of the service whose pages it speaks on */
  vendor: string;
  /** ids of the checks that read them */
  pages: string[];
  /** RFC 3339, UTC, milliseconds */
  since: string;
  /** RFC 3339, UTC, milliseconds */
  until: string;
  /** of ours; those withdrawn are not counted */
  incidents: number;
  acknowledged: number;
  nothing_yet: number;
  never: number;
  /** while its page could not be read; counts nowhere */
  not_heard: number;
  /** statements of what we never saw */
  unseen: number;
  backdated: number;
  /** of those that are settled: acknowledged or never */
  share_acknowledged: number | null;
  /** of the incident in the middle, with its error */
  lag_median: BoundedMs | null;
  lag_p90: BoundedMs | null;
  /** how often the reach can be compared */
  scope_told: number;
  /** of those */
  share_scope_right: number | null;
  /** the page was green while we saw an incident */
  false_reassurance_minutes: number;
  /** we saw an incident and cannot say what the page was */
  unheard_minutes: number;
}

/** Those of all vendors whose pages are read. */
export interface Scorecards {
  items: Scorecard[];
}

/** From where this request came, as far as the proxies that are trusted tell. */
export interface Seen {
  address: string;
}

/** What was seen from the caller's machine. */
export interface SeenHere {
  looks: number;
  failed: number;
  references: number;
  references_failed: number;
  /** `up`, `down` or `unknown` */
  link: string;
}

/** A service with its verdict, the evidence, and the incidents that are open. */
export interface ServiceDetail {
  id: string;
  name: string;
  role: string;
  status_page: StatusPageView | null;
  components: ComponentView[];
  regions: string[];
  state: "well" | "degraded" | "bad" | "unknown";
  headline: string;
  since: string | null;
  disruptions: DisruptionLine[];
  verdict: FullVerdictView;
  incidents: IncidentView[];
}

/** The verdict of a service that stands, or stood, and how it came about. */
export interface ServiceEvidence {
  service: string;
  names: NamesView;
  verdict: FullVerdictView;
  /** the same for people; times in UTC */
  sentences: string[];
}

/** A service as it is seen from near the caller. */
export interface ServiceHere {
  id: string;
  name: string;
  /** whom what is wrong concerns: `everybody`; the caller's `region`; people `elsewhere`; `nobody`, for all is well; `unknown` where nobody near can tell. What concerns nobody near and does not work for you is you, or your network */
  concerns: "everybody" | "region" | "elsewhere" | "nobody" | "unknown";
  /** how it is as a whole; `unknown` where nobody can tell, and then `severity` says only that nothing bad was found */
  state: "well" | "degraded" | "bad" | "unknown";
  severity: "operational" | "degraded" | "outage";
  headline: string;
  /** ids of the near regions that look at it */
  seen_from: string[];
  /** those of them where it is disrupted */
  disrupted_in: string[];
  confidence: number;
}

/** A service with its cells, as the page shows it. */
export interface ServiceLine {
  id: string;
  name: string;
  /** `service`, or `reference`: only used to tell who is fit to speak */
  role: string;
  status_page: StatusPageView | null;
  components: ComponentView[];
  /** ids of the regions that look at it */
  regions: string[];
  state: "well" | "degraded" | "bad" | "unknown";
  /** the verdict in a few words, without name and time */
  headline: string;
  /** when the open incident had begun at the latest; null while all is well */
  since: string | null;
  /** each one that is told apart; mostly one or none */
  disruptions: DisruptionLine[];
  verdict: VerdictView;
  cells: CellView[];
}

/** A service in a word, and its attributes. Lists are text, with commas. */
export interface ServiceState {
  service: string;
  name: string;
  state: "well" | "degraded" | "bad" | "unknown";
  scope: "none" | "regional" | "component" | "system_wide" | "unknown";
  severity: "operational" | "degraded" | "outage";
  headline: string;
  reason: string;
  /** of the verdict, 0 to 1 */
  confidence: number;
  /** when what is open had begun at the latest; null while all is well */
  since: string | null;
  /** of the verdict; null before the first one */
  at: string | null;
  /** the disrupted ones, empty when there is none */
  regions: string;
  /** the disrupted ones, likewise */
  components: string;
  /** in percent, good / (good + bad); null when nothing counts */
  uptime_last_30m: number | null;
  /** from the full hour 24 hours ago on */
  uptime_last_1d: number | null;
  /** its components, in order */
  parts: PartState[];
}

/** A service and what is said of it now. */
export interface ServiceView {
  id: string;
  name: string;
  /** `service`, or `reference`: only used to tell who is fit to speak */
  role: string;
  status_page: StatusPageView | null;
  components: ComponentView[];
  /** ids of the regions that look at it */
  regions: string[];
  state: "well" | "degraded" | "bad" | "unknown";
  /** the verdict in a few words, without name and time */
  headline: string;
  /** when the open incident had begun at the latest; null while all is well */
  since: string | null;
  /** each one that is told apart; mostly one or none */
  disruptions: DisruptionLine[];
  verdict: VerdictView;
}

/** All services that are judged. */
export interface Services {
  items: ServiceView[];
}

/** Who asks, and what it may do; and whether, and how, somebody can sign in. */
export interface SessionView {
  who: string;
  scopes: string[];
  /** whether this browser has a session */
  signed_in: boolean;
  /** a session's writes carry it in the header `X-Outscope-CSRF` */
  csrf: string | null;
  /** whether people sign in by OpenID Connect: /v1/session/begin */
  by_provider: boolean;
}

/** Those of every channel that signs asymmetrically. */
export interface SigningKeys {
  items: ChannelKeys[];
}

/** What was said from `since` until the next span begins. */
export interface Span {
  /** RFC 3339, UTC, milliseconds */
  since: string;
  state: "well" | "degraded" | "bad" | "unknown";
  scope: "none" | "regional" | "component" | "system_wide" | "unknown";
}

/** A coordinator that takes over when the one that leads falls silent. */
export interface StandbyView {
  process: string;
  /** RFC 3339, UTC, milliseconds */
  since: string;
  /** RFC 3339, UTC, milliseconds */
  heard_at: string;
}

/** Where the vendor publishes its own view. */
export interface StatusPageView {
  provider: string;
  url: string;
}

/** The answer of `status.json`. */
export interface StatusView {
  page: PageView;
  status: IndicatorView;
}

/** Results of a region that count nowhere: those that were received of it in a span. */
export interface StrikeView {
  /** `outscope region unstrike` asks for it */
  number: number;
  /** RFC 3339, UTC, milliseconds */
  since: string;
  /** RFC 3339, UTC, milliseconds */
  until: string;
  reason: string;
  /** how many, when it was struck */
  results: number;
}

/** One service; empty spans when nothing was ever said of it. */
export interface Strip {
  service: string;
  /** in order of time, without repeats */
  spans: Span[];
}

/** What was said of every service that is judged, in the order of the configuration. */
export interface Strips {
  /** RFC 3339, UTC, milliseconds */
  since: string;
  /** RFC 3339, UTC, milliseconds */
  until: string;
  items: Strip[];
}

/** The answer of `summary.json`: the incidents are those that go on. */
export interface SummaryView {
  page: PageView;
  status: IndicatorView;
  components: PartStatus[];
  incidents: PageIncident[];
  scheduled_maintenances: PageWork[];
}

/** How many reports the broker has now. The coordinator's receipts come as messages. */
export interface Taken {
  taken: number;
}

/** One thing that a client may use or avoid. */
export interface Target {
  /** `service`, `service/component` or `service/component/model` */
  id: string;
  /** `avoid` only what is down for the caller; `unknown` is no opinion: do as without advice */
  use: "ok" | "avoid" | "unknown";
  severity: "operational" | "degraded" | "outage";
  scope: "none" | "regional" | "component" | "system_wide" | "unknown";
  /** ids of the regions where it is disrupted */
  regions: string[];
  /** ids of the regions that see it well: the same vendor there */
  well_in: string[];
  confidence: number;
  /** [after, by]: when the open incident began, as an interval; null while well */
  since: (string | null)[] | null;
  vendor_says: VendorSays;
}

/** What happened to an incident, and how far it reached from then on. */
export interface TimelineLine {
  /** RFC 3339, UTC, milliseconds */
  at: string;
  /** `opened`, `updated`, `ending`, `resolved`, `revised` or `withdrawn` */
  event: string;
  severity: "operational" | "degraded" | "outage";
  scope: "none" | "regional" | "component" | "system_wide" | "unknown";
  regions: string[];
  components: string[];
  reason: string;
  intermittent: boolean;
  /** id of the incident that it was then thought to share its cause with */
  cause: string | null;
}

/** A new token. `token` is told here and nowhere again: what is stored is its SHA-256. */
export interface TokenMade {
  /** the part of the token between its first two `_` */
  id: string;
  name: string;
  scopes: string[];
  /** whence it is good; none is everywhere */
  networks: string[];
  made_at: string;
  made_by: string;
  expires_at: string | null;
  revoked_at: string | null;
  last_used_at: string | null;
  /** how often it was used */
  uses: number;
  /** from how many addresses it was used */
  addresses: number;
  token: string;
}

/** What is known of a token; never the token itself. */
export interface TokenView {
  /** the part of the token between its first two `_` */
  id: string;
  name: string;
  scopes: string[];
  /** whence it is good; none is everywhere */
  networks: string[];
  made_at: string;
  made_by: string;
  expires_at: string | null;
  revoked_at: string | null;
  last_used_at: string | null;
  /** how often it was used */
  uses: number;
  /** from how many addresses it was used */
  addresses: number;
}

/** All tokens, the oldest first; those that ended are told for 90 days. */
export interface Tokens {
  items: TokenView[];
}

/** A region whose workers report and that is not configured: nobody serves them. */
export interface UnknownRegion {
  id: string;
  /** the configured region that is spelled most like it; may be empty */
  like: string;
}

/** A line of an incident. */
export interface Update {
  id: string;
  incident_id: string;
  status: string;
  body: string;
  /** RFC 3339, UTC, milliseconds */
  created_at: string;
  /** RFC 3339, UTC, milliseconds */
  updated_at: string;
  /** RFC 3339, UTC, milliseconds */
  display_at: string;
}

/** What the vendor itself says of it; `use` does not follow from it. */
export interface VendorSays {
  /** `unheard` where nobody looks at its status page, or nobody could read it lately */
  state: "incident" | "maintenance" | "well" | "unheard";
  /** when the oldest of them was published; may be null */
  since: string | null;
  /** of what goes on, at most three, in the vendor's own words */
  titles: string[];
}

/** The newest wording of a statement. */
export interface VendorView {
  /** id of the check that reads the vendor's page */
  page: string;
  /** the vendor's own id */
  incident: string;
  title: string;
  /** the vendor's own word */
  status: string;
  /** whether it goes on by that word */
  course: "goes_on" | "over" | "not_begun" | "unknown";
  impact: string;
  latest: string;
  /** as the vendor writes them */
  components: string[];
  regions: string[];
  url: string;
  resolved_at: string | null;
  /** how many wordings were read, and that it was gone */
  edits: number;
  /** the page has it no more: the last look that read it */
  gone_after: string | null;
  /** and the first look that did not */
  gone_by: string | null;
}

/** What is said of a service changed. */
export interface VerdictEvent {
  /** rises by one from event to event of the whole store */
  id: number;
  type: "verdict";
  service: string;
  /** RFC 3339, UTC, milliseconds */
  at: string;
  severity: "operational" | "degraded" | "outage";
  scope: "none" | "regional" | "component" | "system_wide" | "unknown";
  regions: string[];
  components: string[];
  confidence: number;
  reason: string;
}

/** What the results say of one service now: how bad, and how far it reaches. */
export interface VerdictView {
  /** when it was judged; null when it never was */
  at: string | null;
  severity: "operational" | "degraded" | "outage";
  scope: "none" | "regional" | "component" | "system_wide" | "unknown";
  /** ids of the regions that are disrupted */
  regions: string[];
  /** ids of the components that fail */
  components: string[];
  confidence: number;
  /** one sentence for people */
  reason: string;
}

/** A version of the configuration. */
export interface VersionView {
  version: number;
  /** RFC 3339, UTC, milliseconds */
  applied_at: string;
}

/** The last 100 versions, the newest first. */
export interface Versions {
  items: VersionView[];
}

/** How a worker is doing, as it said with its last heartbeat. */
export interface VitalsView {
  version?: string;
  kinds?: string[];
  /** RFC 3339, UTC, milliseconds */
  started_at?: string;
  in_flight?: number;
  outbox_reports?: number;
  dropped_reports?: number;
  late_looks?: number;
  /** the version of the standing orders that it holds, empty without any; null or absent when it takes none */
  standing?: string | null;
  /** their end, in milliseconds since 1970 */
  standing_until?: number;
  /** whether it heard nobody until a moment ago, and looked by them */
  alone?: boolean;
  /** looks made by them since its start */
  alone_looks?: number;
  /** looks of which only counts are left, because its outbox had no more room */
  lost_looks?: number;
  /** those by minute: milliseconds since 1970, looks, and failed ones */
  lost_minutes?: [number, number, number][];
  loop_lag_ms?: number;
  rss_mb?: number;
  /** borrowed tests left to its machine within the hour; null for own looks */
  budget_left?: number | null;
  /** empty when its self-test passed */
  self_test?: string;
  /** how far its clock is ahead of the coordinator's, negative when behind; its looks are timed by the coordinator's all the same */
  clock_ahead_ms?: number;
  /** hashes of its machine, the start of that and its public address, and the country and network of that; workers that share one look from one place */
  standpoint?: string;
  /** whether it obeys only what the coordinator signed; null or absent when it does not tell */
  pins_key?: boolean | null;
}

/** One of them with its message. */
export interface WholeDeadLetter {
  id: string;
  region: string;
  /** what it asked for; empty when it is no message */
  task: string;
  /** why it was refused, in one word */
  reason: string;
  /** the same in a sentence, with what was wrong */
  example: string;
  /** its bytes */
  size: number;
  /** how often the same one came */
  count: number;
  /** RFC 3339, UTC, milliseconds */
  first_at: string;
  /** RFC 3339, UTC, milliseconds */
  last_at: string;
  /** it is going to be read again */
  again: boolean;
  /** its beginning as text; what is no UTF-8 is written as `\xff` */
  body: string;
}

/** One look: a check from a region. */
export interface WishedLook {
  check: string;
  region: string;
  /** `waiting` for a coordinator, `ordered` and not back yet, `seen` with its result; `refused` and `expired` say why */
  state: "waiting" | "ordered" | "seen" | "refused" | "expired";
  /** why there is no result, for people; else empty */
  why: string;
  result: ResultRecord | null;
}

/** The same with every wording, oldest first. */
export interface WithEdits {
  id: string;
  service: string;
  /** `acknowledged`; `nothing_yet` and `never`: the page was read and is silent; `not_heard`: it could not be read; `unseen`: the vendor says what we never saw; `void`: no longer so since one side was edited */
  state: "acknowledged" | "nothing_yet" | "never" | "not_heard" | "unseen" | "void";
  /** when our incident was opened, else when it was read */
  at: string;
  incident_id: string | null;
  /** whether it is the first word on its incident */
  first: boolean;
  matched_by: "component" | "time" | null;
  observed_start: ObservedStart | null;
  claimed_start: string | null;
  published_at: string | null;
  seen_after: string | null;
  seen_by: string | null;
  /** from the start that we saw until it was admitted */
  lag: BoundedMs | null;
  /** from the start that we saw until the claimed one */
  claim_error: BoundedMs | null;
  /** dated before a look that read the page without it; null: cannot say */
  backdated: boolean | null;
  reach: SaidReach | null;
  vendor: VendorView | null;
  /** how long the page was green while the incident was seen */
  green_ms: number;
  /** how long it was not read then, or did not say whether it goes on */
  unheard_ms: number;
  /** what cannot be taken as it stands, and why */
  remarks: string[];
  /** all of it in one sentence */
  sentence: string;
  wordings: EditView[];
}

/** A worker of a region: when it was heard, whether it is fit, how it is doing. */
export interface WorkerView {
  region: string;
  worker: string;
  fitness: "fit" | "unfit" | "silent";
  why: string;
  /** RFC 3339, UTC, milliseconds */
  first_heard_at: string;
  heard_at: string | null;
  /** the address it looks from, the public one where known */
  address: string | null;
  /** network that the address belongs to */
  asn: number | null;
  /** country that the address is in */
  ip_country: string | null;
  vitals: VitalsView | null;
}

/** All workers. */
export interface Workers {
  items: WorkerView[];
}

/** The answer of `scheduled-maintenances.json`. */
export interface WorksView {
  page: PageView;
  scheduled_maintenances: PageWork[];
}

/** A process of its own that stores, and its counts since its start. */
export interface WriterCounts {
  name: string;
  reports: number;
  results: number;
  repeats: number;
  refused: number;
}

/** What `GET` answers as JSON, by address: `Answers["/v1/services"]`. */
export interface Answers {
  "/v1/overview": Overview;
  "/v1/services": Services;
  "/v1/services/{id}": ServiceDetail;
  "/v1/services/{id}/matrix": Matrix;
  "/v1/services/{id}/evidence": ServiceEvidence;
  "/v1/services/{id}/answered-from": AnsweredFrom;
  "/v1/services/{id}/history": History;
  "/v1/incidents": Incidents;
  "/v1/incidents/{id}": IncidentDetail;
  "/v1/incidents/{id}/evidence": IncidentEvidence;
  "/v1/regions": Regions;
  "/v1/workers": Workers;
  "/v1/gaps": Gaps;
  "/v1/results": Results;
  "/v1/exports/summaries/{identifier}": ExportSummary;
  "/v1/healthz": Alive;
  "/v1/readyz": Ready;
  "/v1/incidents/{id}/acknowledgements": IncidentAcknowledgements;
  "/v1/vendors": Scorecards;
  "/v1/vendors/{id}/scorecard": Scorecard;
  "/v1/vendors/{id}/acknowledgements": Acknowledgements;
  "/v1/advice": Advice;
  "/v1/audit": AuditPage;
  "/v1/banner": BannerView;
  "/v1/checks": Checks;
  "/v1/config": Configured;
  "/v1/config/versions": Versions;
  "/v1/config/versions/{version}": Configured;
  "/v1/config/{place}": EntryView;
  "/v1/coordinator": Flow;
  "/v1/services/{id}/statuspage/api/v2/summary.json": SummaryView;
  "/v1/services/{id}/statuspage/api/v2/status.json": StatusView;
  "/v1/services/{id}/statuspage/api/v2/components.json": ComponentsView;
  "/v1/services/{id}/statuspage/api/v2/incidents.json": IncidentsView;
  "/v1/services/{id}/statuspage/api/v2/scheduled-maintenances.json": WorksView;
  "/v1/here": Here;
  "/v1": IndexView;
  "/v1/invitations": Invitations;
  "/v1/workers/joined": JoinedWorkers;
  "/v1/dead-letters": DeadLetters;
  "/v1/dead-letters/{id}": WholeDeadLetter;
  "/v1/notices": Notices;
  "/v1/looks/{id}": LookJobView;
  "/v1/maintenance": Occurrences;
  "/v1/notify/keys": SigningKeys;
  "/v1/here/looks": OwnLooks;
  "/v1/board": Board;
  "/v1/strips": Strips;
  "/v1/services/{id}/cells": CellsOverTime;
  "/v1/services/{id}/days": Days;
  "/v1/address": Seen;
  "/v1/session": SessionView;
  "/v1/services/{id}/state": ServiceState;
  "/v1/tokens": Tokens;
}

/** What may stand behind `?` of a `GET`, by address. */
export interface Queries {
  "/v1/services/{id}/evidence": { at?: string };
  "/v1/services/{id}/history": { since?: string; until?: string; resolution?: "auto" | "minute" | "hour" | "day"; component?: string; check?: string; region?: string; maintenance?: "include" | "exclude" };
  "/v1/incidents": { service?: string; open?: boolean; cursor?: string; limit?: number };
  "/v1/gaps": { service?: string; region?: string; since?: string; cursor?: string; limit?: number };
  "/v1/results": { cursor?: string; limit?: number; service?: string; component?: string; region?: string; worker?: string; check?: string; reason?: Reason; ok?: boolean; since?: string; until?: string };
  "/v1/exports/{name}": { format?: "arrow" | "csv" | "excel" | "json" | "ndjson" | "parquet"; compression?: string; columns?: string; cursor?: string; limit?: number; header?: boolean; struck?: boolean; maintenance?: "include" | "exclude"; service?: string; component?: string; region?: string; worker?: string; check?: string; reason?: Reason; ok?: boolean; since?: string; until?: string };
  "/v1/vendors": { window?: string };
  "/v1/vendors/{id}/scorecard": { window?: string };
  "/v1/vendors/{id}/acknowledgements": { window?: string; cursor?: string; limit?: number };
  "/v1/advice": { services?: string; models?: string; region?: string };
  "/v1/audit": { about?: string; since?: string; cursor?: string; limit?: number };
  "/v1/banner": { service: string; region?: string };
  "/v1/banner.html": { service: string; region?: string };
  "/v1/checks": { service?: string; cursor?: string; limit?: number };
  "/v1/events": { type?: string; service?: string; component?: string; region?: string; after?: number; last_event_id?: number };
  "/v1/here": { service?: string };
  "/v1/notices": { state?: "due" | "sent" | "given_up"; cursor?: string; limit?: number };
  "/v1/maintenance": { days?: number };
  "/v1/here/looks": { service: string; region?: string };
  "/v1/strips": { since?: string; until?: string };
  "/v1/services/{id}/cells": { since?: string; until?: string; step?: "auto" | "quarter" | "hour" | "day" };
  "/v1/services/{id}/days": { days?: number };
  "/v1/replay": { rule?: "outscope" | "openstatus" | "uptimepage" | "route53" | "sentry" | "gatus" | "llmstatus" | "dynatrace" | "oneuptime" | "thousandeyes" | "blameit"; set?: string; since?: string; until?: string };
  "/v1/session/callback": { state?: string; code?: string; error?: string; error_description?: string; iss?: string; session_state?: string; scope?: string };
}
