package dev.prepull.agent.puller;

import dev.prepull.loop.EventLoop;
import dev.prepull.model.PullProblem;
import org.jspecify.annotations.Nullable;

/**
 * Where an image of the plan stands.
 *
 * <pre>
 *   Unchecked ──► Missing ◄── gone ── Present ◄── lock or tag moves ──► Drifted
 *                    │                   ▲ │ look                          │
 *                    └── allowed ──► Pulling ◄───────── allowed ───────────┘
 *                                     │   │
 *                        failed ──────┘   └────── refused
 *                           ▼                        ▼
 *                      BackingOff                 Blocked
 *             until its timer: as it stands   until there is room: as it stands
 * </pre>
 *
 * <em>As it stands</em> is Missing, Present or Drifted, whichever the runtime says. A pull takes
 * one of the node's slots from the moment it begins until its thread has ended.
 */
sealed interface PullState {

  /** What the node holds in this state; null when nothing, or when nobody has asked yet. */
  @Nullable Holding holding();

  /** The runtime has not been asked yet. */
  record Unchecked() implements PullState {
    @Override
    public @Nullable Holding holding() {
      return null;
    }
  }

  /** The runtime does not hold it; it waits for its permit or for a slot. */
  record Missing() implements PullState {
    @Override
    public @Nullable Holding holding() {
      return null;
    }
  }

  /** The runtime resolves the reference as planned; it may wait for a slot to look again. */
  record Present(Holding holding) implements PullState {}

  /** The runtime resolves the reference to something else than the lock. */
  record Drifted(Holding holding) implements PullState {}

  /** The runtime is at it. */
  record Pulling(RunningPull pull, @Nullable Holding holding) implements PullState {}

  /** The last pull failed, or something keeps taking the image away; the timer ends it. */
  record BackingOff(PullProblem problem, EventLoop.Timer timer, @Nullable Holding holding)
      implements PullState {}

  /** There is no room, or the image is too large; looked at again at each check. */
  record Blocked(PullProblem problem, Refusal refusal, @Nullable Holding holding)
      implements PullState {}
}
