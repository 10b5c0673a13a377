package dev.prepull.agent.runtime;

import dev.prepull.credentials.RegistryCredential;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import java.util.List;

/** The runtime under test, empty, the registry that it can pull from, and others on the node. */
public interface RuntimeFixture extends AutoCloseable {

  /** What not every runtime can do. */
  enum Ability {
    /** It can protect an image from the kubelet. */
    PIN,
    /** It notes when a name was last pulled. */
    STAMP,
    /** It shows what images consist of, and which blobs it has. */
    SHOW_BLOBS,
    /** What a tag stood for before it moved stays, under its digest. */
    KEEP_MOVED,
    /** It tells where it keeps images. */
    TELL_DIRECTORY
  }

  /** The runtime under test. */
  ImageRuntime runtime();

  // The registry

  /** Host and port of a registry that answers, and a path of this test's own where it has one. */
  String registry();

  /** Pushes a new image with random content and returns the digest of its manifest or index. */
  ImageDigest push(String repository, String tag);

  /** As {@link #push}, with layers large enough that a runtime shows them under way. */
  ImageDigest pushLarge(String repository, String tag);

  /** Pushes a new image for several platforms and returns the digest of its index. */
  ImageDigest pushIndex(String repository, String tag);

  /**
   * Pushes the content of the image that was pushed last under another manifest, as a build that
   * changed nothing does, and returns the manifest's digest.
   */
  ImageDigest rebuild(String repository, String tag);

  /** Gives the image that was pushed last a second tag. */
  void alias(String repository, String tag, String newTag);

  /** The tags and digests of that repository that the registry was asked for so far, in order. */
  List<String> asked(String repository);

  /** As {@link #registry}, but so slow that a pull can be seen under way. */
  String slowRegistry();

  /** As {@link #registry}, but open to {@link #credential} only. */
  String privateRegistry();

  /** What {@link #privateRegistry} wants to see. */
  RegistryCredential credential();

  /** Host and port at which nothing listens. */
  String deadRegistry();

  /** Host and port of a registry that accepts connections and never answers. */
  String stalledRegistry();

  /** Returns once the registry that never answers has been asked. */
  void awaitRequestAtStalledRegistry() throws InterruptedException;

  // The node

  /** Stops the runtime; what it holds stays. */
  void stopRuntime();

  /** Starts the stopped runtime. */
  void resumeRuntime();

  /** Somebody else pulls, with the runtime's own means. */
  void pullByOther(ImageReference reference);

  /** Somebody else takes the name away, with the runtime's own means. */
  void removeByOther(ImageReference reference);

  /** Somebody else makes a container of the image, which never runs. */
  void createContainer(ImageReference reference);

  /** Takes the containers of this fixture away. */
  void removeContainers();

  /** Whether this runtime can do what not every one can. */
  boolean can(Ability ability);

  @Override
  void close();
}
