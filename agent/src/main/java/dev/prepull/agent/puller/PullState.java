package dev.prepull.agent.puller;

import dev.prepull.loop.EventLoop;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.PullProblem;
import org.jspecify.annotations.Nullable;

/**
 * Where an image of the plan stands.
 *
 * <pre>
 *   Unchecked ──► Present ◄──────────────┐
 *       │            │ gone              │ done
 *       └──► Missing ◄┘ ──granted──► Pulling
 *               ▲                        │ failed
 *               └──── BackingOff ◄───────┘
 * </pre>
 *
 * A pull takes one of the node's slots from the moment it begins until its thread has ended.
 */
sealed interface PullState {

  /** The runtime has not been asked yet. */
  record Unchecked() implements PullState {}

  /** The runtime does not hold it; it waits for its grant or for a slot. */
  record Missing() implements PullState {}

  /** The runtime is at it. */
  record Pulling(RunningPull pull) implements PullState {}

  /** The runtime resolves the reference. */
  record Present(@Nullable ImageDigest digest, long sizeBytes) implements PullState {}

  /** The last pull failed; the timer makes it {@link Missing} again. */
  record BackingOff(PullProblem problem, EventLoop.Timer timer) implements PullState {}
}
