package dev.prepull.agent.runtime;

/** Is told what happens to a runtime's images. Called from any thread; must not block. */
public interface ImageEvents {

  /** The stream stands: from now on every change is told. */
  void watching();

  /**
   * A name was pulled, tagged, moved or removed, by us or by anybody else.
   *
   * @param name as the runtime wrote it; may be a short name or an image id
   */
  void changed(String name);
}
