// The sentences of the overview that nothing else needs, in English.

export default {
  alone: {
    title: "Looking from this machine only",
    why: "From one place nobody can tell how far an outage reaches: what fails here may be this network alone. Add a second pair of eyes:",
    offline: "This machine does not reach the internet at the moment, so nothing is claimed about anybody. That is fine: the demo needs no internet.",
    invite: "Invite a region: this line here; it prints the one for its machine",
    borrow: "Borrow eight places on six continents from volunteers",
    demo: "Watch outages in a small world of its own",
    copy: "Copy",
    copied: "Copied",
  },
  countries: null,
};
