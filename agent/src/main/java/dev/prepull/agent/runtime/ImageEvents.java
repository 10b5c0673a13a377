package dev.prepull.agent.runtime;

import java.time.Instant;

/** Is told what happens to a runtime's images. Called from any thread; must not block. */
public interface ImageEvents {

  /** The stream stands: from now on every change is told. */
  void watching();

  /**
   * A name was pulled, tagged, moved or removed, by us or by anybody else.
   *
   * @param name as the runtime wrote it; may be a short name or an image id
   * @param at when, by the runtime's clock, which is the agent's as well
   */
  void changed(String name, Instant at);
}
