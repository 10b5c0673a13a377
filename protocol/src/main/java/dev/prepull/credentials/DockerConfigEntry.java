package dev.prepull.credentials;

/** A credential and the images it is meant for. */
public record DockerConfigEntry(RegistryPattern pattern, RegistryCredential credential) {}
