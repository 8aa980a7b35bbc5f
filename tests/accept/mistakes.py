def configuration(city): return ""
sites=themes=redirects=wxr=arguments=configuration
