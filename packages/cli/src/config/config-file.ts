/** Where the configuration is when nothing else is said. */
export const defaultConfigFile = "/etc/vipcast/vipcast.yaml";
