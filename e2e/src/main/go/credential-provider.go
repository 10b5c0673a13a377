// A credential provider of the kubelet, compiled as the clouds' own are. It is told user and password in its environment.
package main

import (
	"encoding/json"
	"fmt"
	"os"
)

const version = "credentialprovider.kubelet.k8s.io/v1"

type request struct {
	Kind       string `json:"kind"`
	APIVersion string `json:"apiVersion"`
	Image      string `json:"image"`
}

type auth struct {
	Username string `json:"username"`
	Password string `json:"password"`
}

type response struct {
	Kind          string          `json:"kind"`
	APIVersion    string          `json:"apiVersion"`
	CacheKeyType  string          `json:"cacheKeyType"`
	CacheDuration string          `json:"cacheDuration"`
	Auth          map[string]auth `json:"auth"`
}

func main() {
	var asked request
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		fail(err)
	}
	if asked.Kind != "CredentialProviderRequest" || asked.APIVersion != version || len(os.Args) != 2 || os.Args[1] != "get-credentials" {
		fail(fmt.Errorf("asked in another way than expected: %+v %q", asked, os.Args[1:]))
	}
	answer := response{
		Kind:          "CredentialProviderResponse",
		APIVersion:    version,
		CacheKeyType:  "Image",
		CacheDuration: "1m",
		Auth:          map[string]auth{asked.Image: {os.Getenv("REGISTRY_USER"), os.Getenv("REGISTRY_PASSWORD")}},
	}
	if err := json.NewEncoder(os.Stdout).Encode(answer); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
