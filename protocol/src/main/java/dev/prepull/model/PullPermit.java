package dev.prepull.model;

import java.util.List;

/**
 * Leave for one node to pull one image once.
 *
 * <p>Each permit ends with exactly one outcome: the report that shows the image in another state
 * than {@link ImageState#GRANTED} and {@link ImageState#PULLING} while naming the permit's {@code
 * id}, or the end of the agent's stream.
 *
 * @param id unique among all permits of all controllers; never zero
 * @param blobs what the locked image consists of on this node's platform, where some node has told
 *     it already; else empty
 */
public record PullPermit(
    long id, ImageReference reference, Purpose purpose, List<ImageBlob> blobs) {

  /** What the pull is for. */
  public enum Purpose {
    /** Make the reference resolve to the locked digest. */
    CONVERGE,
    /**
     * Ask the registry what the reference means now, whether or not the node holds it, and pull
     * that; the digest in the outcome may become the lock.
     */
    LOOK
  }

  /** Copies the blobs. */
  public PullPermit {
    blobs = List.copyOf(blobs);
  }
}
