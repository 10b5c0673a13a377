package dev.prepull.model;

import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An image reference as the user wrote it together with its canonical form.
 *
 * <p>The runtime gets what the user wrote ({@link #forRuntime}), as the kubelet does, so that the
 * runtime's own rules for short names stay in force. Comparisons, {@link #equals} included, use the
 * canonical form, which normalises as Docker does: {@code nginx} is {@code
 * docker.io/library/nginx:latest}.
 *
 * @see <a href="https://github.com/distribution/reference">the distribution grammar</a>
 */
public final class ImageReference implements Comparable<ImageReference> {

  private static final String DEFAULT_REGISTRY = "docker.io";
  private static final String LEGACY_DEFAULT_REGISTRY = "index.docker.io";
  private static final String OFFICIAL_PREFIX = "library/";
  private static final String DEFAULT_TAG = "latest";
  private static final int MAX_NAME_LENGTH = 255;

  private static final String DOMAIN_COMPONENT =
      "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
  private static final String DOMAIN_NAME = DOMAIN_COMPONENT + "(?:\\." + DOMAIN_COMPONENT + ")*";
  private static final String IPV6_ADDRESS = "\\[[a-fA-F0-9:]+]";
  private static final Pattern REGISTRY =
      Pattern.compile("(?:" + DOMAIN_NAME + "|" + IPV6_ADDRESS + ")(?::[0-9]+)?");
  private static final String PATH_COMPONENT = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
  private static final Pattern REPOSITORY =
      Pattern.compile(PATH_COMPONENT + "(?:/" + PATH_COMPONENT + ")*");
  private static final Pattern TAG = Pattern.compile("[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127}");
  private static final Pattern IMAGE_ID = Pattern.compile("[a-f0-9]{64}");
  private static final Pattern PARTS =
      Pattern.compile("(?<name>[^@]*?)(?::(?<tag>[^:/@]*))?(?:@(?<digest>.*))?");

  private final String written;
  private final String registry;
  private final String repository;
  private final @Nullable String tag;
  private final @Nullable ImageDigest digest;

  private ImageReference(
      String written,
      String registry,
      String repository,
      @Nullable String tag,
      @Nullable ImageDigest digest) {
    this.written = written;
    this.registry = registry;
    this.repository = repository;
    this.tag = tag;
    this.digest = digest;
  }

  /**
   * Reads a reference, filling in registry, {@code library/} and {@code :latest} as Docker does.
   *
   * @throws InvalidImageReferenceException when the grammar does not accept it; the message says
   *     what was expected
   */
  public static ImageReference parse(String written) {
    if (written.isEmpty()) {
      throw new InvalidImageReferenceException(written, "it is empty");
    }
    if (IMAGE_ID.matcher(written).matches()) {
      throw new InvalidImageReferenceException(
          written, "64 hex digits are an image id; expected a name such as nginx:1.27.3");
    }
    Matcher parts = PARTS.matcher(written);
    if (!parts.matches()) {
      throw new InvalidImageReferenceException(written, "expected [registry/]name[:tag][@digest]");
    }
    String name = parts.group("name");
    String registry = registryOf(name);
    String repository = registry.isEmpty() ? name : name.substring(registry.length() + 1);
    registry =
        registry.isEmpty() || registry.equals(LEGACY_DEFAULT_REGISTRY)
            ? DEFAULT_REGISTRY
            : registry;
    if (registry.equals(DEFAULT_REGISTRY) && !repository.contains("/")) {
      repository = OFFICIAL_PREFIX + repository;
    }
    checkName(written, registry, repository);
    String tag = checkedTag(written, parts.group("tag"));
    ImageDigest digest = checkedDigest(written, parts.group("digest"));
    return new ImageReference(
        written, registry, repository, tag == null && digest == null ? DEFAULT_TAG : tag, digest);
  }

  /** The registry part of a name, or the empty string when the first component is no host. */
  private static String registryOf(String name) {
    int slash = name.indexOf('/');
    if (slash < 0) {
      return "";
    }
    String first = name.substring(0, slash);
    boolean host =
        first.contains(".")
            || first.contains(":")
            || first.equals("localhost")
            || !first.equals(first.toLowerCase(Locale.ROOT));
    return host ? first : "";
  }

  private static void checkName(String written, String registry, String repository) {
    if (!REGISTRY.matcher(registry).matches()) {
      throw new InvalidImageReferenceException(
          written, "\"%s\" is no registry host; expected host[:port]".formatted(registry));
    }
    if (!REPOSITORY.matcher(repository).matches()) {
      boolean upperCase = !repository.equals(repository.toLowerCase(Locale.ROOT));
      throw new InvalidImageReferenceException(
          written,
          upperCase
              ? "repository name must be lower-case"
              : "expected lower-case letters and digits, joined by one of . _ __ - and /");
    }
    if (registry.length() + 1 + repository.length() > MAX_NAME_LENGTH) {
      throw new InvalidImageReferenceException(
          written, "the name is longer than " + MAX_NAME_LENGTH + " characters");
    }
  }

  private static @Nullable String checkedTag(String written, @Nullable String tag) {
    if (tag != null && !TAG.matcher(tag).matches()) {
      throw new InvalidImageReferenceException(
          written,
          "\"%s\" is no tag; expected up to 128 of A-Z a-z 0-9 _ . - not beginning with . or -"
              .formatted(tag));
    }
    return tag;
  }

  private static @Nullable ImageDigest checkedDigest(String written, @Nullable String digest) {
    if (digest == null) {
      return null;
    }
    try {
      return new ImageDigest(digest);
    } catch (IllegalArgumentException e) {
      throw new InvalidImageReferenceException(written, String.valueOf(e.getMessage()));
    }
  }

  /** The text as the user wrote it. */
  public String written() {
    return written;
  }

  /** The registry's host and, where given, port, such as {@code docker.io}. */
  public String registry() {
    return registry;
  }

  /** The path within the registry, such as {@code library/nginx}. */
  public String repository() {
    return repository;
  }

  /** Registry and repository, such as {@code docker.io/library/nginx}. */
  public String name() {
    return registry + "/" + repository;
  }

  /** The tag; {@code latest} when the user named neither tag nor digest. */
  public Optional<String> tag() {
    return Optional.ofNullable(tag);
  }

  /** The digest that the user named. */
  public Optional<ImageDigest> digest() {
    return Optional.ofNullable(digest);
  }

  /** True when nothing but the registry's mood decides what this names: no digest, tag latest. */
  public boolean isLatest() {
    return digest == null && DEFAULT_TAG.equals(tag);
  }

  /** The complete name: registry, repository, tag and digest. */
  public String canonical() {
    return name() + (tag == null ? "" : ":" + tag) + (digest == null ? "" : "@" + digest);
  }

  /**
   * The name under which a runtime stores this image. Runtimes drop the tag of {@code
   * name:tag@digest}.
   */
  public String stored() {
    return digest != null ? name() + "@" + digest : name() + ":" + tag;
  }

  /**
   * What the kubelet would send to the runtime: the written text, {@code :latest} made explicit.
   */
  public String forRuntime() {
    boolean tagMissing = digest == null && !written.endsWith(":" + tag);
    return tagMissing ? written + ":" + tag : written;
  }

  @Override
  public int compareTo(ImageReference other) {
    return canonical().compareTo(other.canonical());
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ImageReference that
        && registry.equals(that.registry)
        && repository.equals(that.repository)
        && Objects.equals(tag, that.tag)
        && Objects.equals(digest, that.digest);
  }

  @Override
  public int hashCode() {
    return Objects.hash(registry, repository, tag, digest);
  }

  @Override
  public String toString() {
    return canonical();
  }
}
